/**
 * The training loop: batches in, score out.
 *
 * Everything random is drawn from generators keyed by the candidate (initial weights, batches) or by the
 * experiment (held-out batches, equal for all candidates), so the outcome depends on neither the worker nor the
 * moment.
 */
import type { Rng } from '../core/random.js';
import { present } from '../core/errors.js';
import type { TensorMap } from '../core/tensor.js';
import type { Session, TrainingProgram } from '../engines/engine.js';
import type { ScanSet } from '../scans/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import { makeBatch, stackBatches, type Batch } from './batches.js';
import { initialWeights } from './initialise.js';
import type { TrainingOptions } from './options.js';
import { learningRate } from './schedule.js';

/** One line of a plot: values of `name` at training steps. */
export interface Curve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

export interface PretrainOutcome {
  readonly status: 'done' | 'diverged';
  /** The task's metric on held-out patients; the task's worst value where training diverged. */
  readonly score: number;
  readonly steps: number;
  readonly curves: readonly Curve[];
  /** Absent where training diverged. */
  readonly weights?: TensorMap;
}

export interface PretrainJob {
  readonly session: Session;
  readonly program: TrainingProgram;
  readonly plan: TaskPlan;
  readonly set: ScanSet;
  readonly options: TrainingOptions;
  /** Keyed by (seed, candidate). */
  readonly rng: Rng;
  /** See `heldOutBatches`. */
  readonly heldOut: readonly Batch[];
  /** Multiply-accumulates of a forward pass; long calls are cut shorter, which changes no result. */
  readonly macs: number;
  /** Asked between calls of the engine; once true, training ends with `Interrupted`. */
  readonly interrupted: () => boolean;
}

/** The user stopped the run; the candidate has no outcome. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** What one call of the engine may hold: bytes of batches, steps, and work (a second or two on a CPU). */
const callBytes = 32 * 2 ** 20;
const callSteps = 25;
const callMacs = 6e9;

export async function pretrain(job: PretrainJob): Promise<PretrainOutcome> {
  const { session, program, plan, options, rng } = job;
  session.load({ weights: initialWeights(program.train.parameters, rng.split('init')) });
  const stream = {
    set: job.set,
    plan,
    size: options.batch,
    split: 'train',
    rng: rng.split('train'),
  } as const;
  const curves = new CurveLog();

  let step = 0;
  while (step < options.steps) {
    if (job.interrupted()) throw new Interrupted();
    const batches = [makeBatch(stream, step)];
    const count = Math.min(options.steps - step, stepsPerCall(batches[0], job.macs));
    while (batches.length < count) batches.push(makeBatch(stream, step + batches.length));
    const rates = Float32Array.from(batches, (_, i) => learningRate(options, step + i));
    const result = await session.train(stackBatches(batches), rates);
    for (const [name, values] of Object.entries(result.curves)) {
      values.forEach((value, i) => curves.add(`train/${name}`, step + i, value));
    }
    step += batches.length;
    if (!present(result.curves['loss'], 'a loss curve').every(Number.isFinite)) {
      return { status: 'diverged', score: plan.worst, steps: step, curves: curves.all() };
    }
  }

  const means = await meanOverBatches(session, job.heldOut);
  for (const [name, value] of Object.entries(means)) curves.add(`validation/${name}`, step, value);
  const score = present(means[plan.metric], `the task's metric ${plan.metric}`);
  if (!Number.isFinite(score) || !Number.isFinite(means['loss'] ?? 0)) {
    return { status: 'diverged', score: plan.worst, steps: step, curves: curves.all() };
  }
  return {
    status: 'done',
    score,
    steps: step,
    curves: curves.all(),
    weights: (await session.read()).weights,
  };
}

/** The held-out batches of an experiment: equal for all its candidates. `rng` is keyed by the seed alone. */
export function heldOutBatches(
  set: ScanSet,
  plan: TaskPlan,
  options: TrainingOptions,
  rng: Rng,
): readonly Batch[] {
  const stream = {
    set,
    plan,
    size: options.batch,
    split: 'validation',
    rng: rng.split('validation'),
  } as const;
  return Array.from({ length: options.evaluationBatches }, (_, i) => makeBatch(stream, i));
}

async function meanOverBatches(session: Session, batches: readonly Batch[]): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const batch of batches) {
    for (const [name, { data }] of Object.entries(await session.evaluate(batch))) {
      sums[name] = (sums[name] ?? 0) + (data[0] ?? NaN);
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / batches.length]));
}

function stepsPerCall(batch: Batch | undefined, macs: number): number {
  const bytes = Object.values(batch ?? {}).reduce((sum, { data }) => sum + data.byteLength, 0);
  // Forward and both gradients cost about three forward passes.
  const steps = Math.min(callSteps, callBytes / Math.max(1, bytes), callMacs / Math.max(1, 3 * macs));
  return Math.max(1, Math.floor(steps));
}

class CurveLog {
  private readonly lines = new Map<string, { name: string; steps: number[]; values: number[] }>();

  add(name: string, step: number, value: number): void {
    const line = this.lines.get(name) ?? { name, steps: [], values: [] };
    this.lines.set(name, line);
    line.steps.push(step);
    line.values.push(value);
  }

  all(): readonly Curve[] {
    return [...this.lines.values()];
  }
}

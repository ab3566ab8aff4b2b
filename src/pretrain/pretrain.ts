/**
 * The training loop: batches in, score out.
 *
 * Everything random is drawn from generators keyed by the candidate (initial weights, batches) or by the
 * experiment (held-out batches, equal for all candidates), so the outcome depends on neither the worker nor the
 * moment.
 */
import type { Curve, Ended, Threshold, TrainingOutcome } from '../core/records.js';
import type { Rng } from '../core/random.js';
import { present } from '../core/errors.js';
import { meanOf } from '../core/statistics/descriptive.js';
import { sizeOf, type TensorMap } from '../core/tensor.js';
import type { Session, SessionState, TrainingProgram } from '../engines/engine.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import { batchesHere, makeBatch, type Batch, type BatchCall, type BatchSource } from './batches.js';
import { CurveLog } from './curves.js';
import { initialWeights } from './initialise.js';
import type { TrainingOptions } from './options.js';
import { learningRate } from './schedule.js';
import { fellBehind, verdict } from './stopping.js';

/** Everything that training needs to go on after a step as if nothing had happened. */
export interface Snapshot {
  readonly state: SessionState;
  readonly curves: readonly Curve[];
}

/** Report after each call of the engine. */
export interface Report {
  readonly step: number;
  /** Mean over the steps of the call. */
  readonly loss: number;
  /** Present where the step was validated. */
  readonly score?: number;
}

export interface PretrainJob {
  readonly session: Session;
  readonly program: TrainingProgram;
  readonly plan: TaskPlan;
  readonly set: ScanSet;
  readonly options: TrainingOptions;
  /** Keyed by (seed, candidate). */
  readonly rng: Rng;
  /** Training batches of the same set and plan, made elsewhere; absent: made here, between calls of the engine. */
  readonly batches?: BatchSource;
  /** See `heldOutBatches`. */
  readonly heldOut: readonly Batch[];
  /** Multiply-accumulates of a forward pass; long calls are cut shorter, which changes no result. */
  readonly macs: number;
  /** Asked between calls of the engine; once true, training ends with `Interrupted`. */
  readonly interrupted: () => boolean;
  /** Initial weights made from freshly drawn ones, such as a parent's; absent: those drawn. */
  readonly initial?: (drawn: TensorMap) => TensorMap;
  /** Scores to be reached by steps; training ends at a validation where one is missed. */
  readonly stopBelow?: readonly Threshold[];
  /** Where to go on, instead of at initial weights. */
  readonly from?: Snapshot;
  /** Called after every `every` steps but the last; training goes on once it has returned. */
  readonly checkpoint?: { readonly every: number; readonly save: (snapshot: Snapshot) => Promise<void> };
  /** Called after each validation whose score no earlier one reached. */
  readonly onBest?: (step: number, score: number, weights: TensorMap) => Promise<void>;
  readonly onReport?: (report: Report) => void;
}

/** The user stopped the run; the candidate has no outcome. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** Limits of one call of the engine: bytes of batches, steps, and work (a second or two on a CPU). */
const callBytes = 32 * 2 ** 20;
const callSteps = 25;
const callMacs = 6e9;

export async function pretrain(job: PretrainJob): Promise<TrainingOutcome> {
  const { session, program, plan, options, rng, from } = job;
  const drawn = (): TensorMap => initialWeights(program.train.parameters, rng.split('init'));
  session.load(from?.state ?? { weights: job.initial?.(drawn()) ?? drawn() });
  const curves = new CurveLog(from?.curves);
  const diverged = (steps: number): TrainingOutcome => ({
    status: 'diverged',
    score: plan.worst,
    steps,
    curves: curves.all(),
  });

  let step = from?.state.step ?? 0;
  let ended: Ended | undefined;
  const source = job.batches ?? batchesHere({ set: job.set, plan, size: options.batch, split: 'train' });
  while (step < options.steps) {
    if (job.interrupted()) throw new Interrupted();
    const { count, losses } = await trainOnce(job, source, curves, step);
    step += count;
    if (!losses.every(Number.isFinite)) return diverged(step);
    const last = step === options.steps;
    const score =
      last || isMultiple(step, options.evaluateEvery) ? await validate(job, curves, step) : undefined;
    job.onReport?.({ step, loss: meanOf(losses), ...(score === undefined ? {} : { score }) });
    if (score !== undefined) {
      if (!Number.isFinite(score)) return diverged(step);
      const scores = curves.values(`validation/${plan.metric}`);
      const outcome = last ? 'go on' : verdict(options, curves.values('train/loss'), scores);
      if (outcome === 'diverged') return diverged(step);
      if (outcome === 'saturated') ended = 'saturated';
      if (!last && fellBehind(job.stopBelow, step, scores)) ended = 'curve';
      if (ended !== undefined) break;
    }
    if (!last && isMultiple(step, job.checkpoint?.every)) {
      await job.checkpoint?.save({ state: await session.read(), curves: curves.all() });
    }
  }
  return {
    status: 'done',
    score: present(curves.values(`validation/${plan.metric}`).at(-1), 'a validation after the last step'),
    steps: step,
    ...(ended === undefined ? {} : { ended }),
    curves: curves.all(),
    weights: (await session.read()).weights,
  };
}

/** One call of the engine: as many steps as fit, up to the next validation or checkpoint. */
async function trainOnce(
  job: PretrainJob,
  source: BatchSource,
  curves: CurveLog,
  step: number,
): Promise<{ readonly count: number; readonly losses: Float32Array }> {
  const { options } = job;
  const call = callAt(job, step);
  const { count } = call;
  const batches = await source.take(call);
  if (step + count < options.steps) source.ahead(callAt(job, step + count));
  const rates = Float32Array.from({ length: count }, (_, i) => learningRate(options, step + i));
  const result = await job.session.train(batches, rates);
  for (const [name, values] of Object.entries(result.curves)) {
    values.forEach((value, i) => curves.add(`train/${name}`, step + i, value));
  }
  return { count, losses: present(result.curves['loss'], 'a loss curve') };
}

/** The call that begins at a step. */
function callAt({ options, checkpoint, plan, macs, rng }: PretrainJob, step: number): BatchCall {
  const stop = Math.min(
    options.steps,
    nextMultiple(step, options.evaluateEvery),
    nextMultiple(step, checkpoint?.every),
  );
  const count = Math.min(stop - step, stepsPerCall(plan, macs));
  return { key: rng.split('train').key, first: step, count };
}

/** Records the means over the held-out batches; returns the score, NaN where it or the loss is not finite. */
async function validate(job: PretrainJob, curves: CurveLog, step: number): Promise<number> {
  const means = await meanOverBatches(job.session, job.heldOut);
  const { metric } = job.plan;
  const score = present(means[metric], `the task's metric ${metric}`);
  const before = Math.max(...curves.values(`validation/${metric}`));
  for (const [name, value] of Object.entries(means)) curves.add(`validation/${name}`, step, value);
  if (!Number.isFinite(score) || !Number.isFinite(means['loss'] ?? 0)) return NaN;
  if (job.onBest !== undefined && score > before) {
    await job.onBest(step, score, (await job.session.read()).weights);
  }
  return score;
}

function isMultiple(step: number, every: number | undefined): boolean {
  return every !== undefined && step % every === 0;
}

function nextMultiple(step: number, every: number | undefined): number {
  return every === undefined ? Infinity : (Math.floor(step / every) + 1) * every;
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

function stepsPerCall({ inputs }: TaskPlan, macs: number): number {
  // Labels take four bytes too, as batches hold them.
  const bytes = inputs.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  // Forward and both gradients cost about three forward passes.
  const steps = Math.min(callSteps, callBytes / Math.max(1, bytes), callMacs / Math.max(1, 3 * macs));
  return Math.max(1, Math.floor(steps));
}

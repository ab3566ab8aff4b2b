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
  /** Without the validation of this very step, where that was interrupted: going on begins with it. */
  readonly curves: readonly Curve[];
  /** Present where training has ended at this step, before its last. */
  readonly ended?: Ended;
}

/** When snapshots are taken. Calls of the engine are cut at `every` alone; neither changes a result. */
export interface Checkpointing {
  /** Steps between two of them. */
  readonly every?: number;
  /** Asked between calls of the engine. */
  readonly due?: () => boolean;
  /** Asked once training was interrupted: true if what was reached shall be saved first. */
  readonly whenInterrupted?: () => boolean;
  /** Asked once training has ended: true if its end shall be saved, too, since work follows. */
  readonly atEnd?: () => boolean;
  /** Training goes on once it has returned. */
  readonly save: (snapshot: Snapshot) => Promise<void>;
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
  /** Asked between calls of the engine and between held-out batches; once true, training ends with `Interrupted`. */
  readonly interrupted: () => boolean | Promise<boolean>;
  /** Initial weights made from freshly drawn ones, such as a parent's; absent: those drawn. */
  readonly initial?: (drawn: TensorMap) => TensorMap;
  /** Scores to be reached by steps; training ends at a validation where one is missed. */
  readonly stopBelow?: readonly Threshold[];
  /** Where to go on, instead of at initial weights; called once, so that nothing keeps the snapshot alive. */
  readonly from?: () => Snapshot | undefined;
  /** Absent: nothing is saved. */
  readonly checkpoint?: Checkpointing;
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
  const { session, plan, options, checkpoint } = job;
  const begun = begin(job);
  const { curves } = begun;
  let { step, ended } = begun;
  const line = `validation/${plan.metric}`;
  const diverged = (): TrainingOutcome => ({
    status: 'diverged',
    score: plan.worst,
    steps: step,
    curves: curves.all(),
  });
  let saved = true; // what was begun with need not be saved
  const save = async (): Promise<void> => {
    if (checkpoint === undefined || saved) return;
    const state = await session.read();
    await checkpoint.save({ state, curves: curves.all(), ...(ended === undefined ? {} : { ended }) });
    saved = true;
  };
  const isDue = (): boolean => isMultiple(step, checkpoint?.every) || checkpoint?.due?.() === true;

  let loss = curves.values('train/loss').at(-1) ?? NaN;
  const source = job.batches ?? batchesHere({ set: job.set, plan, size: options.batch, split: 'train' });
  for (;;) {
    const last = step === options.steps;
    const validating = (last || isMultiple(step, options.evaluateEvery)) && curves.lastStep(line) < step;
    if (!validating && (last || ended !== undefined)) break;
    if (await job.interrupted()) {
      if (checkpoint?.whenInterrupted?.() === true) await save();
      throw new Interrupted();
    }
    if (validating) {
      const score = await validate(job, curves, step);
      if (score === undefined) continue; // interrupted
      saved = false;
      job.onReport?.({ step, loss, score });
      if (!Number.isFinite(score)) return diverged();
      const scores = curves.values(line);
      const outcome = last ? 'go on' : verdict(options, curves.values('train/loss'), scores);
      if (outcome === 'diverged') return diverged();
      if (outcome === 'saturated') ended = 'saturated';
      if (!last && fellBehind(job.stopBelow, step, scores)) ended = 'curve';
      continue;
    }
    if (isDue()) await save();
    const { count, losses } = await trainOnce(job, source, curves, step);
    step += count;
    saved = false;
    if (!losses.every(Number.isFinite)) return diverged();
    loss = meanOf(losses);
    if (step < options.steps && !isMultiple(step, options.evaluateEvery)) job.onReport?.({ step, loss });
  }
  if (checkpoint?.atEnd?.() === true) await save();
  return {
    status: 'done',
    score: present(curves.values(line).at(-1), 'a validation after the last step'),
    steps: step,
    ...(ended === undefined ? {} : { ended }),
    curves: curves.all(),
    weights: (await session.read()).weights,
  };
}

/** Loads what training starts from: a snapshot, else initial weights. */
function begin({ session, program, rng, initial, from }: PretrainJob): {
  readonly step: number;
  readonly curves: CurveLog;
  readonly ended: Ended | undefined;
} {
  const found = from?.();
  const drawn = (): TensorMap => drawnWeights(program, rng);
  session.load(found?.state ?? { weights: initial?.(drawn()) ?? drawn() });
  return { step: found?.state.step ?? 0, curves: new CurveLog(found?.curves), ended: found?.ended };
}

/** The weights that a training begins with where nothing else is said. */
export function drawnWeights({ train }: TrainingProgram, rng: Rng): TensorMap {
  return initialWeights(train.parameters, rng.split('init'));
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

/** Records the means over the held-out batches; returns the score, NaN where it or the loss is not finite, undefined if interrupted. */
async function validate(job: PretrainJob, curves: CurveLog, step: number): Promise<number | undefined> {
  const means = await meanOverBatches(job);
  if (means === undefined) return undefined;
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

/** Means of the outputs of the evaluate graph over the held-out batches; undefined if interrupted. */
export async function meanOverBatches({
  session,
  heldOut,
  interrupted,
}: Pick<PretrainJob, 'session' | 'heldOut' | 'interrupted'>): Promise<Record<string, number> | undefined> {
  const sums: Record<string, number> = {};
  for (const [i, batch] of heldOut.entries()) {
    if (i > 0 && (await interrupted())) return undefined;
    for (const [name, { data }] of Object.entries(await session.evaluate(batch))) {
      sums[name] = (sums[name] ?? 0) + (data[0] ?? NaN);
    }
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / heldOut.length]));
}

/** Steps that one call of the engine takes at most. */
export function stepsPerCall({ inputs }: TaskPlan, macs: number): number {
  // Labels take four bytes too, as batches hold them.
  const bytes = inputs.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  // Forward and both gradients cost about three forward passes.
  const steps = Math.min(callSteps, callBytes / Math.max(1, bytes), callMacs / Math.max(1, 3 * macs));
  return Math.max(1, Math.floor(steps));
}

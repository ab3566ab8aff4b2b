/**
 * Training by steps: batches in, weights out; held-out rows say which step's weights are kept and when to end.
 *
 * Rules see steps and losses alone, so that they decide the same on every machine.
 */
import { present } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import type { TensorMap } from '../../core/tensor.js';
import type { OptimiserSpec, Session, TrainingProgram } from '../../engines/engine.js';
import { stackBatches, type Batch } from '../../pretrain/batches.js';
import { CurveLog } from '../../pretrain/curves.js';
import { Interrupted } from '../../pretrain/pretrain.js';
import { learningRate } from '../../pretrain/schedule.js';
import { featuresAt } from '../rows.js';
import { pickRows, rowsOf } from '../targets.js';
import type { DownstreamTask } from '../task-file.js';
import { refuseDivergence } from './divergence.js';
import type { FitJob, FitSnapshot, FittedModel } from './fit.js';
import { lossGraph } from './model-graph.js';
import type { ModelPlan } from './model-plan.js';
import { partsOf } from './predict.js';
import { rowsInPasses } from './row-order.js';
import type { ModelRows } from './rows.js';

export type Trained = Omit<FittedModel, 'constants' | 'context'>;

/** Rows of a step on frozen features, where the task asks for fewer. */
const FROZEN_BATCH = 64;
/** Steps of one call of the engine, and bytes of its batches: few calls, in bounded memory. */
const CALL_STEPS = 50;
const CALL_BYTES = 32 * 2 ** 20;

export async function trainBySteps(job: FitJob, plan: ModelPlan, initial: TensorMap): Promise<Trained> {
  const { engine, ...options } = job.place;
  const session = await engine.open(programOf(job, plan), options);
  try {
    session.load(job.from?.state ?? { weights: initial });
    return await train(session, job, plan);
  } finally {
    await session.dispose();
  }
}

async function train(session: Session, job: FitJob, plan: ModelPlan): Promise<Trained> {
  const { training } = job.task;
  const curves = new CurveLog(job.from?.curves);
  let step = job.from?.state.step ?? 0;
  let best: FitSnapshot['best'] = job.from?.best ?? null;
  while (step < training.steps && !isOver(training.patience, curves, best)) {
    if (job.interrupted?.() === true) throw new Interrupted();
    step += await trainOnce(session, job, plan, curves, step);
    if (job.heldOut !== undefined && isLook(training, step)) {
      const loss = await look(session, job, plan, curves, step);
      if (best === null || loss < best.loss) best = { step, loss, weights: (await session.read()).weights };
    }
    if (step < training.steps && step % (job.checkpoint?.every ?? Infinity) === 0) {
      await job.checkpoint?.save({ state: await session.read(), curves: curves.all(), best });
    }
  }
  return {
    weights: best?.weights ?? (await session.read()).weights,
    curves: curves.all(),
    steps: step,
    best: best?.step ?? step,
  };
}

/** One call of the engine, up to the next look or checkpoint; returns its steps. */
async function trainOnce(
  session: Session,
  job: FitJob,
  plan: ModelPlan,
  curves: CurveLog,
  step: number,
): Promise<number> {
  const { training } = job.task;
  const batches = [batchAt(job, plan, step)];
  const stop = Math.min(
    training.steps,
    nextMultiple(step, training.evaluateEvery),
    nextMultiple(step, job.checkpoint?.every),
  );
  const count = Math.min(stop - step, CALL_STEPS, Math.max(1, Math.floor(CALL_BYTES / bytesOf(batches[0]))));
  while (batches.length < count) batches.push(batchAt(job, plan, step + batches.length));
  const rates = Float32Array.from({ length: count }, (_, i) => learningRate(training, step + i));
  const result = await session.train(stackBatches(batches), rates);
  for (const [name, values] of Object.entries(result.curves)) {
    values.forEach((value, i) => curves.add(`train/${name}`, step + i + 1, value));
  }
  const losses = present(result.curves['loss'], 'a loss curve');
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  if (bad >= 0) refuseDivergence(job.head.name, step + bad + 1, losses[bad] ?? NaN);
  return count;
}

/** Loss of the held-out rows. */
async function look(
  session: Session,
  { heldOut, key, head }: FitJob,
  plan: ModelPlan,
  curves: CurveLog,
  step: number,
): Promise<number> {
  const rows = present(heldOut, 'held-out rows');
  const moment = { progress: 1, rng: rngOf(...key, 'held-out') };
  const outputs = await session.evaluate({
    ...partsOf(plan, rows),
    ...plan.head.feeds(rows.targets, moment),
  });
  for (const [name, { data }] of Object.entries(outputs)) curves.add(`heldOut/${name}`, step, data[0] ?? NaN);
  const loss = outputs['loss']?.data[0] ?? NaN;
  if (!Number.isFinite(loss)) refuseDivergence(head.name, step, loss);
  return loss;
}

function batchAt(job: FitJob, plan: ModelPlan, step: number): Batch {
  const { train, key, task } = job;
  const [all, size] = [rowsOf(train.targets), batchOf(job, plan)];
  const rows = size === all ? [...Array(all).keys()] : rowsInPasses([...key, 'batches'], all, size, step);
  const moment = { progress: step / task.training.steps, rng: rngOf(...key, 'step', step) };
  const parts = Object.entries(partsOf(plan, train)).map(
    ([name, values]) => [name, featuresAt(values, rows)] as const,
  );
  return { ...Object.fromEntries(parts), ...plan.head.feeds(pickRows(train.targets, rows), moment) };
}

/** Rows of a step. */
function batchOf({ task, train }: FitJob, { head }: ModelPlan): number {
  const all = rowsOf(train.targets);
  if (head.comparesRows === true) return all;
  return Math.min(all, Math.max(FROZEN_BATCH, task.training.batch));
}

function programOf(job: FitJob, plan: ModelPlan): TrainingProgram {
  const { clipNorm } = job.task.training;
  const held: ModelRows = job.heldOut ?? job.train;
  return {
    train: lossGraph(plan, batchOf(job, plan)),
    evaluate: lossGraph(plan, rowsOf(held.targets)),
    optimiser: optimiserOf(job.task.training),
    ...(clipNorm === undefined ? {} : { clipNorm }),
  };
}

function optimiserOf({ optimiser, weightDecay }: DownstreamTask['training']): OptimiserSpec {
  return optimiser === 'sgd'
    ? { kind: optimiser, momentum: 0.9, nesterov: true, weightDecay }
    : { kind: optimiser, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
}

/** True if as many looks as patience allows came after the best one. */
function isOver(patience: number | undefined, curves: CurveLog, best: FitSnapshot['best']): boolean {
  if (patience === undefined || best === null) return false;
  const looks = curves.all().find(({ name }) => name === 'heldOut/loss')?.steps ?? [];
  return looks.filter((step) => step > best.step).length >= patience;
}

function isLook({ evaluateEvery, steps }: DownstreamTask['training'], step: number): boolean {
  return step % evaluateEvery === 0 || step === steps;
}

function nextMultiple(step: number, every: number | undefined): number {
  return every === undefined ? Infinity : (Math.floor(step / every) + 1) * every;
}

function bytesOf(batch: Batch | undefined): number {
  return Object.values(batch ?? {}).reduce((sum, { data }) => sum + data.byteLength, 1);
}

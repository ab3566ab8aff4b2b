/**
 * Training by steps: batches in, weights out; held-out rows say which step's weights are kept and when to end.
 *
 * Rules see steps and losses alone, so that they decide the same on every machine.
 */
import { present } from '../../core/errors.js';
import type { TensorMap } from '../../core/tensor.js';
import type { Session } from '../../engines/engine.js';
import { costOf } from '../../ir/cost.js';
import { CurveLog } from '../../pretrain/curves.js';
import { Interrupted } from '../../pretrain/pretrain.js';
import { learningRate } from '../../pretrain/schedule.js';
import type { DownstreamTask } from '../task-file.js';
import { refuseDivergence } from './divergence.js';
import type { FitJob, FitSnapshot, FittedModel } from './fit.js';
import { openHeldOut, type HeldOut } from './held-out.js';
import { modelBatches } from './batches/model-batches.js';
import type { ModelPlan } from './model/plan.js';
import { modelProgram } from './model/program.js';
import { rowForEachTile } from './read-rows.js';
import type { ModelRows } from './rows.js';
import { CALL_STEPS, takeSteps, type StepSource } from './batches/take-steps.js';

export type Trained = Omit<FittedModel, 'constants' | 'context'>;

/** Rows with features, or with scans where an encoder is trained; training rows with both then. */
export interface FitRows {
  readonly train: ModelRows;
  readonly heldOut?: ModelRows;
}

/** Multiply-accumulates of a call: a second or two on a CPU, after which a user's wish to end is seen. */
const CALL_MACS = 6e9;

export async function trainBySteps(
  job: FitJob,
  plan: ModelPlan,
  rows: FitRows,
  initial: TensorMap,
): Promise<Trained> {
  const { engine, ...options } = job.place;
  const { train, heldOut } = rows;
  const program = modelProgram(job.task, plan, train, rowForEachTile(heldOut ?? train));
  const session = await engine.open(program, options);
  let looks: HeldOut | undefined;
  try {
    looks = heldOut && (await openHeldOut(job, plan, heldOut));
    session.load(job.from?.state ?? { weights: initial });
    const source = {
      batchAt: modelBatches(job.task, plan, train, job.key),
      rateAt: (step: number) => learningRate(job.task.training, step),
    };
    const { macs } = costOf(program.train);
    const most = Math.max(1, Math.min(CALL_STEPS, Math.floor(CALL_MACS / Math.max(1, 3 * macs))));
    return await loop({ job, session, source, most, ...(looks && { looks }) });
  } finally {
    await looks?.dispose();
    await session.dispose();
  }
}

interface Loop {
  readonly job: FitJob;
  readonly session: Session;
  readonly source: StepSource;
  /** Most steps of a call. */
  readonly most: number;
  readonly looks?: HeldOut;
}

async function loop({ job, session, source, most, looks }: Loop): Promise<Trained> {
  const { task, head, from, checkpoint } = job;
  const { steps, evaluateEvery, patience } = task.training;
  const curves = new CurveLog(from?.curves);
  let step = from?.state.step ?? 0;
  let best: FitSnapshot['best'] = from?.best ?? null;
  while (step < steps && !isOver(patience, curves, best)) {
    if (job.interrupted?.() === true) throw new Interrupted();
    const stop = Math.min(
      steps,
      nextMultiple(step, evaluateEvery),
      nextMultiple(step, checkpoint?.every ?? Infinity),
    );
    const taken = await takeSteps(session, source, step, Math.min(stop - step, most));
    step = logSteps(curves, taken, step, head.name);
    if (looks !== undefined && isLook(task.training, step)) {
      const loss = logLook(curves, await looks.look(session), step, head.name);
      if (best === null || loss < best.loss) best = { step, loss, weights: (await session.read()).weights };
    }
    if (step < steps && checkpoint !== undefined && step % checkpoint.every === 0) {
      await checkpoint.save({ state: await session.read(), curves: curves.all(), best });
    }
  }
  return {
    weights: best?.weights ?? (await session.read()).weights,
    curves: curves.all(),
    steps: step,
    best: best?.step ?? step,
  };
}

/** Records the steps of a call, the first of them after `first`; returns the step reached. */
function logSteps(
  curves: CurveLog,
  taken: Readonly<Record<string, Float32Array>>,
  first: number,
  head: string,
): number {
  const losses = present(taken['loss'], 'a loss curve');
  for (const [name, values] of Object.entries(taken)) {
    values.forEach((value, i) => curves.add(`train/${name}`, first + i + 1, value));
  }
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  if (bad >= 0) refuseDivergence(head, first + bad + 1, losses[bad] ?? NaN);
  return first + losses.length;
}

/** Records a look at the held-out rows; returns their loss. */
function logLook(curves: CurveLog, outputs: TensorMap, step: number, head: string): number {
  for (const [name, { data }] of Object.entries(outputs)) curves.add(`heldOut/${name}`, step, data[0] ?? NaN);
  const loss = outputs['loss']?.data[0] ?? NaN;
  if (!Number.isFinite(loss)) refuseDivergence(head, step, loss);
  return loss;
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

function nextMultiple(step: number, every: number): number {
  return (Math.floor(step / every) + 1) * every;
}

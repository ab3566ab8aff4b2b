/**
 * Trains a head on frozen features: the encoder has run once, the head learns from what it gave.
 *
 * Rows come in an order drawn for each pass from (seed, pass), so that equal calls give equal weights, bit for bit, on
 * one engine and device.
 */
import { z } from 'zod';
import { present } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import type { Tensor, TensorMap } from '../core/tensor.js';
import { parseOrThrow } from '../core/validate.js';
import type { Engine, EngineOptions, Session, TrainingProgram } from '../engines/engine.js';
import type { Batch } from '../pretrain/batches.js';
import { initialWeights } from '../pretrain/initialise.js';
import { learningRate } from '../pretrain/schedule.js';
import type { Head, HeadConstants, HeadPlan } from './head.js';
import { checkHeadGraph, headGraph, PREDICTED, toldGraph } from './head-graph.js';
import { checkRows, columnsOf, featuresAt, requireEqual, type FeatureRows } from './rows.js';
import { checkTrainingTargets, pickRows, rowsOf } from './targets.js';
import { rowsInPasses } from './training/batches/row-order.js';
import { takeSteps } from './training/batches/take-steps.js';
import { CHUNK, runByChunks } from './training/by-chunks.js';

export interface HeadTraining extends FeatureRows {
  readonly head: Head;
  /** The head's options; what is left out takes its default. */
  readonly options?: unknown;
  /** Rows that metrics and predictions are of; absent: those of training. */
  readonly heldOut?: FeatureRows;
  readonly seed: number;
  readonly steps: number;
  /** Rows of a step; absent: 64, or all where there are fewer. */
  readonly batch?: number;
  /** The highest rate, which a half cosine leads to zero. */
  readonly learningRate?: number;
  readonly weightDecay?: number;
}

export interface FittedHead {
  /** By name, all `head.…`. */
  readonly weights: TensorMap;
  /** Loss and metrics of each step. */
  readonly curves: Readonly<Record<string, Float32Array>>;
  /** Loss and metrics of the held-out rows. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What the head tells of each held-out row, in their order, complete: of a Cox model its survival too. */
  readonly predictions: TensorMap;
  /** Numbers from the training rows that predictions need besides weights; empty for most heads. */
  readonly constants: HeadConstants;
  /** Times of the columns of `survival`; heads of time to event only. */
  readonly times?: readonly number[];
  /** The metric that the head maximises, its value on held-out rows, and what one who knows nothing scores. */
  readonly metric: string;
  readonly score: number;
  readonly chance: number;
}

export interface HeadEngine extends EngineOptions {
  readonly engine: Engine;
}

const Budget = z.looseObject({
  seed: z.int(),
  steps: z.int().positive(),
  batch: z.int().positive().optional(),
  learningRate: z.number().positive().optional(),
  weightDecay: z.number().min(0).optional(),
});

const MOST_ROWS = 64;

export async function fitHead(training: HeadTraining, { engine, ...place }: HeadEngine): Promise<FittedHead> {
  const { head, targets, features, heldOut = { features, targets } } = training;
  parseOrThrow(Budget, training, `fitting head ${head.name}`);
  const options = parseOrThrow(head.options, training.options ?? {}, `options of head ${head.name}`);
  checkRows(head, { features, targets }, 'targets');
  checkRows(head, heldOut, 'held-out targets');
  checkTrainingTargets(targets, `targets of head ${head.name}`);
  requireEqual('held-out features', columnsOf(heldOut), columnsOf(training), 'columns');
  const plan = head.plan(options, { features: columnsOf(training), targets });
  const program = programOf(plan, training, heldOut);
  checkHeadGraph(head.name, plan, program.evaluate);
  const session = await engine.open(program, place);
  try {
    session.load({ weights: initialWeights(program.train.parameters, rngOf(training.seed, 'head')) });
    const curves = await train(session, plan, training);
    const outputs = await session.evaluate({
      features: heldOut.features,
      ...plan.feeds(heldOut.targets, { progress: 1, rng: rngOf(training.seed, 'head', 'held-out') }),
    });
    const { weights: learned } = await session.read();
    const measured = plan.measure?.(features, patientsOf(training));
    const weights = { ...learned, ...measured };
    const told = measured && (await toldOf(plan, training, weights, heldOut.features, { engine, ...place }));
    const constants = await constantsOf(plan, training, weights, { engine, ...place });
    return {
      weights,
      curves,
      constants,
      ...resultsOf(outputs, plan, constants, told),
      ...(plan.times && { times: plan.times }),
    };
  } finally {
    await session.dispose();
  }
}

/** The head on `[N, F]`: loss and metrics of a batch; evaluation of all held-out rows, with predictions unless these wait. */
function programOf(plan: HeadPlan, training: HeadTraining, heldOut: FeatureRows): TrainingProgram {
  const { weightDecay = 0.01 } = training;
  return {
    train: headGraph(plan, batchOf(training), columnsOf(training), false),
    evaluate: headGraph(plan, rowsOf(heldOut.targets), columnsOf(training), plan.measure === undefined),
    optimiser: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
  };
}

async function train(
  session: Session,
  plan: HeadPlan,
  training: HeadTraining,
): Promise<Readonly<Record<string, Float32Array>>> {
  const { steps, learningRate: peak = 1e-2 } = training;
  const schedule = { steps, learningRate: peak, warmup: 0, schedule: 'cosine' } as const;
  const source = {
    batchAt: (step: number) => batchAt(plan, training, step),
    rateAt: (step: number) => learningRate(schedule, step),
  };
  const curves: Record<string, Float32Array> = {};
  for (let first = 0; first < steps;) {
    const taken = await takeSteps(session, source, first, steps - first);
    for (const [name, part] of Object.entries(taken)) {
      (curves[name] ??= new Float32Array(steps)).set(part, first);
    }
    first += present(taken['loss'], 'a loss curve').length;
  }
  return curves;
}

function batchAt(plan: HeadPlan, training: HeadTraining, step: number): Batch {
  const { features, targets, seed, steps } = training;
  const rows = rowsInPasses([seed, 'head'], rowsOf(targets), batchOf(training), step);
  const moment = { progress: step / steps, rng: rngOf(seed, 'head', 'step', step) };
  return { features: featuresAt(features, rows), ...plan.feeds(pickRows(targets, rows), moment) };
}

/** What follows from what the fitted head tells of the training rows. */
async function constantsOf(
  plan: HeadPlan,
  training: HeadTraining,
  weights: TensorMap,
  place: HeadEngine,
): Promise<HeadConstants> {
  if (plan.settle === undefined) return {};
  const told = await toldOf(plan, training, weights, training.features, place);
  return plan.settle(told, training.targets);
}

function toldOf(
  plan: HeadPlan,
  training: HeadTraining,
  weights: TensorMap,
  features: Tensor,
  place: HeadEngine,
): Promise<TensorMap> {
  return runByChunks(toldGraph(plan, CHUNK, columnsOf(training)), weights, { features }, place);
}

/** Rows are taken for those of as many patients. */
function patientsOf({ targets }: HeadTraining): string[] {
  return Array.from({ length: rowsOf(targets) }, (_, row) => `${row}`);
}

function resultsOf(
  outputs: TensorMap,
  plan: HeadPlan,
  constants: HeadConstants,
  measured?: TensorMap,
): Pick<FittedHead, 'metrics' | 'predictions' | 'metric' | 'score' | 'chance'> {
  const entries = Object.entries(outputs);
  const metrics = entries
    .filter(([name]) => !name.startsWith(PREDICTED))
    .map(([name, { data }]) => [name, data[0] ?? NaN] as const);
  const found = entries
    .filter(([name]) => name.startsWith(PREDICTED))
    .map(([name, value]) => [name.slice(PREDICTED.length), value] as const);
  const told = measured ?? Object.fromEntries(found);
  const score =
    present(outputs[plan.metric], `metric ${plan.metric} among the outputs of loss`).data[0] ?? NaN;
  return {
    metrics: Object.fromEntries(metrics),
    predictions: plan.complete?.(told, constants) ?? told,
    metric: plan.metric,
    score,
    chance: plan.chance,
  };
}

function batchOf({ batch, targets }: HeadTraining): number {
  return Math.min(batch ?? MOST_ROWS, rowsOf(targets));
}

/**
 * Fits a downstream model: exactly where its head can, else by steps of an optimiser.
 */
import { present } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import type { Tensor, TensorMap } from '../../core/tensor.js';
import { initialWeights } from '../../pretrain/initialise.js';
import { encoderPrefix } from '../../pretrain/program.js';
import { penaltyOf } from '../head.js';
import { checkTrainingTargets } from '../targets.js';
import { CHUNK, runByChunks, type Place } from './by-chunks.js';
import { meanOverTiles } from './encode.js';
import { fairnessPlan } from './model/fairness-term.js';
import type { FitJob, FittedModel } from './fit.js';
import { partsOf } from './batches/model-batches.js';
import { FUSED, fusedGraph, lossGraph } from './model/graph.js';
import { columnsRead, modelPlan, type ModelPlan, type TrainedEncoder } from './model/plan.js';
import { fittedEncoder, headPredictions } from './predict.js';
import {
  checkModelRows,
  columnsOfRows,
  requireColumns,
  rowForEachTile,
  withFeatures,
  withTiles,
} from './read-rows.js';
import type { ModelRows } from './rows.js';
import { standardisation, type Part } from './model/standardise.js';
import { trainBySteps, type FitRows, type Trained } from './steps.js';

export async function fitModel(job: FitJob): Promise<FittedModel> {
  const rows = await readRows(job);
  checkTrainingTargets(rows.train.targets, `targets of head ${job.head.name}`);
  const plan = planOf(job, rows);
  if (rows.heldOut !== undefined) requireColumns(plan, rows.heldOut, 'held-out');
  const scales = Object.entries(partsOf(plan, rowForEachTile(rows.train))).map(([part, x]) =>
    standardisation(part as Part, x, part === 'features' && plan.encoder !== undefined),
  );
  const standards: TensorMap = Object.assign({}, ...scales) as TensorMap;
  const fitted = (await solved(job, plan, rows, standards)) ?? (await trained(job, plan, rows, standards));
  const read = await readAgain(job, plan, rows, fitted.weights);
  const weights = { ...fitted.weights, ...(await measured(job, plan, read, fitted.weights)) };
  return {
    ...fitted,
    weights,
    constants: await settled(job, plan, read, weights),
    context: {
      features: plan.width,
      targets: job.train.targets,
      ...(job.times && { times: job.times }),
      ...(plan.early > 0 && { early: plan.early }),
    },
  };
}

/** Rows with features of their scans, checked. */
async function readRows(job: FitJob): Promise<FitRows> {
  const { encoder, place } = job;
  const read = async (rows: FitJob['train'], what: string) => {
    checkModelRows(job, rows, what);
    const found = await withFeatures(rows, encoder, job, place);
    if (found !== rows) checkModelRows(job, found, what);
    return found;
  };
  const train = await read(job.train, 'training');
  if (job.heldOut !== undefined && trainedEncoder(job) !== undefined) {
    checkModelRows(job, job.heldOut, 'held-out');
    return { train, heldOut: withTiles(job.heldOut, job) };
  }
  return job.heldOut === undefined ? { train } : { train, heldOut: await read(job.heldOut, 'held-out') };
}

function planOf(job: FitJob, { train }: FitRows): ModelPlan {
  const { task, times } = job;
  const columns = columnsRead(task, columnsOfRows(train));
  const { targets, early = 0 } = train;
  const context = { targets, ...(times && { times }), ...(early > 0 && { early }) };
  const plan = modelPlan(job, columns, context);
  const encoder = trainedEncoder(job);
  const fairness = fairnessPlan(task, train);
  return { ...plan, ...(encoder && { encoder }), ...(fairness && { fairness }) };
}

/** The encoder, where the task trains it on scans. */
function trainedEncoder({ task, encoder, train }: FitJob): TrainedEncoder | undefined {
  const { scans, features } = train;
  if (task.encoder.train === 'frozen' || encoder === undefined) return undefined;
  if (scans === undefined || features !== undefined) return undefined;
  return {
    architecture: encoder.architecture,
    ...(encoder.early === true && { early: true }),
    shape: scans.shape,
    ofBatch: task.encoder.batchNorm === 'batch',
  };
}

/**
 * The head's exact solution on what the fusion makes of the rows; undefined where it has none, or where something else is
 * asked for that only steps can learn.
 */
async function solved(
  { task, head: kind, place }: FitJob,
  plan: ModelPlan,
  { train }: FitRows,
  standards: TensorMap,
): Promise<Trained | undefined> {
  const { head, encoder, fairness } = plan;
  if (head.solve === undefined || encoder !== undefined || fairness !== undefined) return undefined;
  const learns = fusedGraph(plan, CHUNK).parameters.some(({ trainable }) => trainable);
  if (learns || task.training.balance !== 'none') return undefined;
  const features = meanOverTiles(await fusedOf(plan, rowForEachTile(train), standards, place), train.tiles);
  const penalty = penaltyOf(kind, task.training.penalty);
  const { weights, ...told } = head.solve(
    { features, targets: train.targets, patients: train.patients },
    penalty,
  );
  return {
    weights: { ...standards, ...weights },
    curves: [],
    steps: 0,
    best: 0,
    ...told,
  };
}

async function trained(job: FitJob, plan: ModelPlan, rows: FitRows, standards: TensorMap): Promise<Trained> {
  const drawn = initialWeights(lossGraph(plan, 2, true).parameters, rngOf(...job.key, 'init'));
  const encoder = plan.encoder && job.encoder;
  const given = Object.entries(encoder?.weights ?? {}).map(
    ([name, value]) => [encoderPrefix + name, value] as const,
  );
  const fitted = await trainBySteps(job, plan, rows, {
    ...drawn,
    ...Object.fromEntries(given),
    ...standards,
  });
  // Multipliers belong to training alone.
  const kept = Object.entries(fitted.weights).filter(([name]) => !name.startsWith('fairness.'));
  return { ...fitted, weights: Object.fromEntries(kept) };
}

/** What the head reads of rows. */
async function fusedOf(plan: ModelPlan, rows: ModelRows, weights: TensorMap, place: Place): Promise<Tensor> {
  const { [FUSED]: fused } = await runByChunks(fusedGraph(plan, CHUNK), weights, partsOf(plan, rows), place);
  return present(fused, 'what the fusion made');
}

/** The training rows with the features that the encoder gives now, as far as anything follows from them. */
async function readAgain(
  { task, head, encoder, train, place }: FitJob,
  plan: ModelPlan,
  rows: FitRows,
  weights: TensorMap,
): Promise<ModelRows> {
  const needed = plan.head.measure !== undefined || plan.head.settle !== undefined;
  if (!needed || plan.encoder === undefined || encoder === undefined) return rows.train;
  return withFeatures(train, fittedEncoder(encoder, weights), { task, head }, place);
}

/** Parameters of the head that no step changes. */
async function measured(
  { place }: FitJob,
  plan: ModelPlan,
  read: ModelRows,
  weights: TensorMap,
): Promise<TensorMap> {
  if (plan.head.measure === undefined) return {};
  const each = rowForEachTile(read);
  return plan.head.measure(await fusedOf(plan, each, weights, place), each.patients);
}

/** Constants that follow from what the fitted model tells of the training rows. */
async function settled(
  { place }: FitJob,
  plan: ModelPlan,
  read: ModelRows,
  weights: TensorMap,
): Promise<FittedModel['constants']> {
  if (plan.head.settle === undefined) return {};
  return plan.head.settle(await headPredictions(plan, weights, read, place), read.targets);
}

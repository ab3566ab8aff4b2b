/**
 * Fits a downstream model: exactly where its head can, else by steps of an optimiser.
 */
import { rngOf } from '../../core/random.js';
import type { TensorMap } from '../../core/tensor.js';
import { initialWeights } from '../../pretrain/initialise.js';
import type { HeadConstants } from '../head.js';
import { checkRows, requireEqual } from '../rows.js';
import { checkTrainingTargets } from '../targets.js';
import { CHUNK, runByChunks } from './by-chunks.js';
import type { FitJob, FittedModel } from './fit.js';
import { FUSED, fusedGraph, lossGraph } from './model-graph.js';
import { columnsRead, modelPlan, type ModelPlan } from './model-plan.js';
import { headPredictions, partsOf } from './predict.js';
import type { ModelRows } from './rows.js';
import { standardisation, type Part } from './standardise.js';
import { trainBySteps, type Trained } from './steps.js';

export async function fitModel(job: FitJob): Promise<FittedModel> {
  const { train, heldOut, task, head } = job;
  checkModelRows(job, train, 'training');
  checkTrainingTargets(train.targets, `targets of head ${head.name}`);
  const columns = columnsRead(task, columnsOfRows(train));
  const plan = modelPlan({ task, head }, columns, train.targets);
  if (heldOut !== undefined) checkHeldOut(job, plan, heldOut);
  const scales = Object.entries(partsOf(plan, train)).map(([part, x]) => standardisation(part as Part, x));
  const standards: TensorMap = Object.assign({}, ...scales) as TensorMap;
  const fitted = (await solved(job, plan, standards)) ?? (await trained(job, plan, standards));
  const constants = await settled(job, plan, fitted.weights);
  return { ...fitted, constants, context: { features: plan.width, targets: train.targets } };
}

type Fitted = Omit<FittedModel, 'constants' | 'context'>;

/** The head's exact solution on what the fusion makes of the rows; undefined where it has none, or the fusion learns too. */
async function solved(job: FitJob, plan: ModelPlan, standards: TensorMap): Promise<Fitted | undefined> {
  if (plan.head.solve === undefined) return undefined;
  const graph = fusedGraph(plan, CHUNK);
  if (graph.parameters.some(({ trainable }) => trainable)) return undefined;
  const { [FUSED]: features } = await runByChunks(graph, standards, partsOf(plan, job.train), job.place);
  if (features === undefined) throw new Error('the fusion gave nothing');
  const rows = { features, targets: job.train.targets };
  const { weights, logLikelihood } = plan.head.solve(rows, job.task.training.penalty);
  return {
    weights: { ...standards, ...weights },
    curves: [],
    steps: 0,
    best: 0,
    ...(logLikelihood === undefined ? {} : { logLikelihood }),
  };
}

async function trained(job: FitJob, plan: ModelPlan, standards: TensorMap): Promise<Trained> {
  const drawn = initialWeights(lossGraph(plan, 2).parameters, rngOf(...job.key, 'init'));
  return trainBySteps(job, plan, { ...drawn, ...standards });
}

async function settled(job: FitJob, plan: ModelPlan, weights: TensorMap): Promise<HeadConstants> {
  if (plan.head.settle === undefined) return {};
  return plan.head.settle(await headPredictions(plan, weights, job.train, job.place), job.train.targets);
}

function checkModelRows({ head, task }: FitJob, rows: ModelRows, what: string): void {
  const parts = [rows.features, rows.covariates].filter((part) => part !== undefined);
  if (parts.length === 0) columnsRead(task, columnsOfRows(rows));
  for (const features of parts) checkRows(head, { features, targets: rows.targets }, `${what} targets`);
}

function checkHeldOut(job: FitJob, plan: ModelPlan, heldOut: ModelRows): void {
  checkModelRows(job, heldOut, 'held-out');
  const found = columnsOfRows(heldOut);
  for (const part of ['features', 'covariates'] as const) {
    if (plan.columns[part] > 0) requireEqual(`held-out ${part}`, found[part], plan.columns[part], 'columns');
  }
}

function columnsOfRows({ features, covariates }: ModelRows): Readonly<Record<Part, number>> {
  return { features: features?.shape[1] ?? 0, covariates: covariates?.shape[1] ?? 0 };
}

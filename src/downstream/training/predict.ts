/**
 * What a fitted model tells of rows.
 */
import type { TensorMap } from '../../core/tensor.js';
import { PREDICTED } from '../head-graph.js';
import { CHUNK, runByChunks, type Place } from './by-chunks.js';
import type { FittedModel, StartingEncoder } from './fit.js';
import { predictionGraph } from './model-graph.js';
import { modelPlan, type ModelKind, type ModelPlan } from './model-plan.js';
import type { ModelRows } from './rows.js';
import { widthOf } from './standardise.js';

export interface Answering extends ModelKind {
  /** The architecture whose trained weights the model holds; absent where rows bring features, or there is no encoder. */
  readonly encoder?: StartingEncoder;
  readonly place: Place;
}

/** Predictions by name, the first axis of each is the rows: those of the head, completed by the model's constants. */
export async function predictWith(
  model: Pick<FittedModel, 'weights' | 'constants' | 'context'>,
  { task, head, place }: Answering,
  rows: ModelRows,
): Promise<TensorMap> {
  const { weights, constants, context } = model;
  const columns = {
    features: widthOf(weights, 'features'),
    covariates: widthOf(weights, 'covariates'),
  };
  const plan = modelPlan({ task, head }, columns, context.targets);
  const predictions = await headPredictions(plan, weights, rows, place);
  return plan.head.complete?.(predictions, constants) ?? predictions;
}

/** What the head itself tells. */
export async function headPredictions(
  plan: ModelPlan,
  weights: TensorMap,
  rows: ModelRows,
  place: Place,
): Promise<TensorMap> {
  const outputs = await runByChunks(predictionGraph(plan, CHUNK), weights, partsOf(plan, rows), place);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name.slice(PREDICTED.length), value]),
  );
}

/** The rows' features and covariates, as far as the model reads them. */
export function partsOf({ columns }: Pick<ModelPlan, 'columns'>, rows: ModelRows): TensorMap {
  return {
    ...(columns.features > 0 && rows.features !== undefined ? { features: rows.features } : {}),
    ...(columns.covariates > 0 && rows.covariates !== undefined ? { covariates: rows.covariates } : {}),
  };
}

/**
 * What a fitted model tells of rows.
 */
import { present } from '../../core/errors.js';
import type { TensorMap } from '../../core/tensor.js';
import { encoderPrefix } from '../../pretrain/program.js';
import { PREDICTED } from '../head-graph.js';
import { CHUNK, runByChunks, type Place } from './by-chunks.js';
import { meanOverTiles } from './encode.js';
import type { FittedModel, StartingEncoder } from './fit.js';
import { partsOf } from './batches/model-batches.js';
import { predictionGraph } from './model/graph.js';
import { modelPlan, type ModelKind, type ModelPlan } from './model/plan.js';
import { requireColumns, rowForEachTile, withFeatures } from './read-rows.js';
import type { ModelRows } from './rows.js';
import { widthOf } from './model/standardise.js';

export interface Answering extends ModelKind {
  /** The encoder of rows that bring scans and no features; the model's own weights go before these. */
  readonly encoder?: StartingEncoder;
  readonly place: Place;
}

/** Predictions by name, the first axis of each is the rows: those of the head, completed by the model's constants. */
export async function predictWith(
  model: Pick<FittedModel, 'weights' | 'constants' | 'context'>,
  { task, head, encoder, place }: Answering,
  rows: ModelRows,
): Promise<TensorMap> {
  const { weights, constants, context } = model;
  const columns = {
    features: widthOf(weights, 'features'),
    covariates: widthOf(weights, 'covariates'),
  };
  const plan = modelPlan({ task, head }, columns, context);
  const fitted = encoder && fittedEncoder(encoder, weights);
  const read = columns.features > 0 ? await withFeatures(rows, fitted, { task, head }, place) : rows;
  requireColumns(plan, read, 'rows with');
  const predictions = await headPredictions(plan, weights, read, place);
  return plan.head.complete?.(predictions, constants) ?? predictions;
}

/** What the head itself tells, the mean over tiles where rows have several. */
export async function headPredictions(
  plan: ModelPlan,
  weights: TensorMap,
  rows: ModelRows,
  place: Place,
): Promise<TensorMap> {
  const parts = partsOf(plan, rowForEachTile(rows));
  const outputs = await runByChunks(predictionGraph(plan, CHUNK), weights, parts, place);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name.slice(PREDICTED.length),
      meanOverTiles(value, rows.tiles),
    ]),
  );
}

/** The encoder with the model's weights, where the model holds some. */
export function fittedEncoder({ weights, ...encoder }: StartingEncoder, fitted: TensorMap): StartingEncoder {
  const own = Object.keys(weights).map((name) => [name, fitted[encoderPrefix + name]] as const);
  if (own.every(([, value]) => value === undefined)) return { ...encoder, weights };
  return {
    ...encoder,
    weights: Object.fromEntries(own.map(([name, value]) => [name, present(value, `weights ${name}`)])),
  };
}

/**
 * Batches of a downstream model by step: each follows from (key, step) alone.
 */
import { present } from '../../../core/errors.js';
import { rngOf, type Key } from '../../../core/random.js';
import { sizeOf, tensor, type Tensor } from '../../../core/tensor.js';
import type { Batch } from '../../../pretrain/batches.js';
import type { Moment } from '../../head.js';
import { featuresAt } from '../../rows.js';
import { pickRows, rowsOf } from '../../targets.js';
import type { DownstreamTask } from '../../task-file.js';
import { fairnessFeeds } from '../model/fairness-term.js';
import type { ModelPlan } from '../model/plan.js';
import { rowsBalanced, rowsInPasses } from './row-order.js';
import type { ModelRows } from '../rows.js';
import { strataOf } from './strata.js';

/** Rows of a step on frozen features, where the task asks for fewer. */
const FROZEN_BATCH = 64;

/** Most rows of a step that compares all with all, whose memory goes by their square. */
const MOST_COMPARED = 4096;

/** Rows of a step, of those that there are. */
export function batchSize(
  task: DownstreamTask,
  { encoder, head }: ModelPlan,
  { targets }: ModelRows,
): number {
  const model = { trained: encoder !== undefined, comparesRows: head.comparesRows === true };
  return Math.min(rowsOf(targets), mostRows(task, model));
}

/** Most rows of a step: those of the task; on frozen features more, and up to 4096 where the loss compares them. */
export function mostRows(
  { training }: Pick<DownstreamTask, 'training'>,
  { trained, comparesRows }: { readonly trained: boolean; readonly comparesRows: boolean },
): number {
  if (trained) return training.batch;
  return comparesRows ? MOST_COMPARED : Math.max(FROZEN_BATCH, training.batch);
}

/** Batch of each step from rows that hold scans, or features. */
export function modelBatches(
  task: DownstreamTask,
  plan: ModelPlan,
  rows: ModelRows,
  key: Key,
): (step: number) => Batch {
  const [all, size] = [rowsOf(rows.targets), batchSize(task, plan, rows)];
  const strata = strataOf(task, rows);
  const order = [...key, 'batches'];
  const chosen = (step: number): readonly number[] => {
    if (strata !== undefined) return rowsBalanced(order, strata, size, step);
    return size === all ? [...Array(all).keys()] : rowsInPasses(order, all, size, step);
  };
  return (step) => {
    const picked = chosen(step);
    const parts = {
      ...(plan.encoder === undefined
        ? plan.columns.features > 0 && { features: drawnFeatures(rows, picked, [...key, 'tile', step]) }
        : { scans: drawnCrops(rows, picked, [...key, 'crop', step]) }),
      ...(plan.columns.covariates > 0 && { covariates: featuresAt(covariatesOf(rows), picked) }),
    };
    const moment = { progress: step / task.training.steps, rng: rngOf(...key, 'step', step) };
    return { ...parts, ...targetFeeds(plan, rows, picked, moment) };
  };
}

/** Feeds of all rows, whose features are given. */
export function allFeeds(plan: ModelPlan, rows: ModelRows, moment: Moment): Batch {
  const all = [...Array(rowsOf(rows.targets)).keys()];
  return { ...partsOf(plan, rows), ...targetFeeds(plan, rows, all, moment) };
}

/** The rows' features and covariates, as far as the model reads them. */
export function partsOf(
  { columns }: Pick<ModelPlan, 'columns'>,
  rows: ModelRows,
): Readonly<Record<string, Tensor>> {
  return {
    ...(columns.features > 0 && { features: present(rows.features, 'features of the rows') }),
    ...(columns.covariates > 0 && { covariates: covariatesOf(rows) }),
  };
}

function targetFeeds(plan: ModelPlan, rows: ModelRows, picked: readonly number[], moment: Moment): Batch {
  const targets = pickRows(rows.targets, picked);
  const groups = picked.map((row) => rows.groups?.[row] ?? null);
  return {
    ...plan.head.feeds(targets, moment),
    ...(plan.fairness && fairnessFeeds(plan.fairness, { targets, groups })),
  };
}

/** Of each row the features of one of its tiles. */
function drawnFeatures({ features, tiles }: ModelRows, picked: readonly number[], key: Key) {
  const held = present(features, 'features of the rows');
  if (tiles === undefined) return featuresAt(held, picked);
  const rng = rngOf(...key);
  const firsts = firstTiles(tiles);
  return featuresAt(
    held,
    picked.map((row) => (firsts[row] ?? 0) + rng.int(tiles[row] ?? 1)),
  );
}

function firstTiles(tiles: readonly number[]): number[] {
  let first = 0;
  return tiles.map((count) => (first += count) - count);
}

/** Of each row a crop at random, `[rows, C, D, H, W]`. */
function drawnCrops({ scans }: ModelRows, picked: readonly number[], key: Key): Tensor {
  const inputs = present(scans, 'scans of the rows');
  const size = sizeOf(inputs.shape);
  const data = new Float32Array(picked.length * size);
  picked.forEach((row, i) => {
    inputs.fill(row, { key: [...key, i] }, data.subarray(i * size, (i + 1) * size));
  });
  return tensor([picked.length, ...inputs.shape], data);
}

const covariatesOf = ({ covariates }: ModelRows): Tensor => present(covariates, 'covariates of the rows');

/**
 * How foreign scans are to the final model of a run: what its head says of its own uncertainty, and the distance of their
 * features to those that it learned from.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../core/safetensors.js';
import { type Tensor } from '../../core/tensor.js';
import { applyCovariates, type CovariatePlan } from '../../downstream/cohort/encode.js';
import { knownFeatures, squaredDistance, type KnownFeatures } from '../../downstream/ood/distance.js';
import { scoresOf, uncertaintyOf, type ScoredScans } from '../../downstream/ood/ood-report.js';
import type { PredictionTable } from '../../downstream/predictions/table.js';
import { meanOverTiles } from '../../downstream/training/encode.js';
import type { ModelRows } from '../../downstream/training/rows.js';
import type { RowFeatures } from '../../workers/fits/setup.js';
import { PRETRAINED } from '../finetuning/prepare-fitting.js';
import { toldOf } from './run-model.js';
import type { FittedRun } from './fitted-run.js';
import { readJsonRecord } from './read-json.js';
import { tableOf } from './run-report.js';
import type { ReadScans } from './scan-reader.js';

/** Scores of scans, each of a patient, by what was read of them. */
export type Scorer = (scans: ReadScans, patients: readonly string[]) => Promise<ScoredScans>;

export function scorerOf(run: FittedRun): Scorer {
  const known = knownOf(run);
  const { covariates } = run.final.table;
  return async ({ mean, ...read }, patients) => {
    const rows: ModelRows = {
      ...read,
      ...(covariates && { covariates: unknownCovariates(covariates, patients.length) }),
      targets: { kind: 'value', values: patients.map(() => 0) },
      patients,
    };
    const { whole, scan } = await toldOf(run, rows);
    const distances = known && vectorsOf(mean).map((row) => squaredDistance(row, known));
    return {
      patients,
      // Of a stack, what its model of the scan doubts: the whole tells no uncertainty.
      scores: {
        ...uncertaintyOf(scan),
        ...scoresOf(whole),
        ...(distances && { 'distance of features': distances }),
      },
    };
  };
}

/** Covariates of rows of which none is known. */
function unknownCovariates(plan: CovariatePlan, count: number): Tensor {
  const rows = Array.from({ length: count }, (_, row) => row);
  const values = rows.map(() => null);
  return applyCovariates(
    plan,
    plan.sources.map(({ column, kind }) => ({ column, kind, values })),
    rows,
  );
}

/** Rows of a run, with the features that it keeps of them. */
export interface OwnRows extends RowFeatures {
  readonly rows: PredictionTable['rows'];
}

/** Undefined where the run trained its encoder, so that it kept no features. */
export function ownRows({ folder }: FittedRun): OwnRows | undefined {
  const file = join(folder, 'features', `${PRETRAINED}.safetensors`);
  if (!existsSync(file)) return undefined;
  const { features } = readSafetensors(readFileSync(file), file);
  const { tiles, early } = readJsonRecord(join(folder, 'features', `${PRETRAINED}.json`));
  const { rows } = tableOf(folder);
  const counts = Array.isArray(tiles) ? (tiles as number[]) : undefined;
  const found = counts?.length ?? features?.shape[0];
  if (features === undefined || found !== rows.length) return undefined;
  const first = typeof early === 'number' && early > 0 ? { early } : {};
  return { rows, features, ...first, ...(counts && { tiles: counts }) };
}

/** Features of the rows that the run learned from. */
function knownOf(run: FittedRun): KnownFeatures | undefined {
  const own = ownRows(run);
  if (own === undefined) return undefined;
  const all = vectorsOf(meanOverTiles(own.features, own.tiles));
  return knownFeatures(
    own.rows.flatMap(({ split }, row) => (split === 'train' ? [all[row] ?? new Float64Array()] : [])),
  );
}

function vectorsOf({ shape: [rows = 0, columns = 0], data }: Tensor): Float64Array[] {
  return Array.from({ length: rows }, (_, row) =>
    Float64Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

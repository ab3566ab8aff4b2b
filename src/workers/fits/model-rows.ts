/**
 * Rows of the cohort as a model reads them.
 */
import { present } from '../../core/errors.js';
import { applyCovariates, encodeCovariates, type CovariatePlan } from '../../downstream/cohort/encode.js';
import { penaltyOf, type Head } from '../../downstream/head.js';
import { featuresAt } from '../../downstream/rows.js';
import { pickRows } from '../../downstream/targets.js';
import type { ModelRows, ScanInputs } from '../../downstream/training/rows.js';
import { scanInputs } from '../../downstream/training/scan-inputs.js';
import { normaliseAsPublished } from '../../published/normalisation.js';
import type { ScanSet } from '../../scans/sampling/scan-set.js';
import type { FitScans, FitSetup, RowFeatures } from './setup.js';
import type { FitUnit } from './unit.js';

/** The columns that covariates become, by the rows that the fit learns from; null where it reads none. */
export function covariatePlan(
  setup: FitSetup,
  unit: FitUnit,
  head: Pick<Head, 'choosesPenalty'>,
): CovariatePlan | null {
  const { covariates: name, bounded = false } = unit.inputs;
  if (name === undefined) return null;
  const covariates = present(setup.covariates[name], `covariates ${name}`);
  if (covariates.length === 0) return null;
  const identified = unit.exact && penaltyOf(head, unit.task.training.penalty) === 0;
  const { manifest, targets } = setup.cohort;
  return encodeCovariates({ manifest, targets, covariates }, unit.train, { identified, bounded });
}

/** What rows are made of: a setup, what the unit reads of it, and the scans where it reads any. */
export interface RowsSource {
  readonly setup: FitSetup;
  readonly unit: FitUnit;
  readonly plan: CovariatePlan | null;
  readonly set: ScanSet | undefined;
}

export function modelRows({ setup, unit, plan, set }: RowsSource, rows: readonly number[]): ModelRows {
  const { cohort, features, scans } = setup;
  const { inputs, task } = unit;
  const attribute = task.fairness?.attribute;
  const groups = attribute === undefined ? undefined : cohort.groups[attribute];
  const covariates = setup.covariates[inputs.covariates ?? ''] ?? [];
  return {
    targets: pickRows(cohort.targets, rows),
    patients: rows.map((row) => cohort.rows[row]?.patient ?? ''),
    ...(inputs.features !== undefined &&
      featuresOfRows(present(features[inputs.features], inputs.features), rows)),
    ...(inputs.encoder !== undefined && {
      scans: scansOfRows(present(scans, 'scans'), present(set, 'a set'), rows),
    }),
    ...(plan && { covariates: applyCovariates(plan, covariates, rows) }),
    ...(groups && { groups: rows.map((row) => groups[row] ?? null) }),
  };
}

/** Features of some rows, of all of their tiles. */
export function featuresOfRows(
  { features, tiles, ...rest }: RowFeatures,
  rows: readonly number[],
): RowFeatures {
  if (tiles === undefined) return { ...rest, features: featuresAt(features, rows) };
  let next = 0;
  const firsts = tiles.map((count) => (next += count) - count);
  const picked = rows.flatMap((row) =>
    Array.from({ length: tiles[row] ?? 0 }, (_, tile) => (firsts[row] ?? 0) + tile),
  );
  return { ...rest, features: featuresAt(features, picked), tiles: rows.map((row) => tiles[row] ?? 0) };
}

export function scansOfRows(
  { volumes, crop, normalisation }: Pick<FitScans, 'volumes' | 'crop' | 'normalisation'>,
  set: ScanSet,
  rows: readonly number[],
): ScanInputs {
  const own = normalisation && {
    own: (voxels: Float32Array, ranges: readonly (readonly [number, number])[]) =>
      normaliseAsPublished(voxels, ranges, normalisation),
  };
  return scanInputs(
    rows.map((row) => present(set.volumes[volumes[row] ?? -1], `the scan of row ${row}`)),
    { ...crop, ...own },
  );
}

/**
 * Rows of the cohort as a model reads them.
 */
import { present } from '../../core/errors.js';
import { tensor, type Tensor } from '../../core/tensor.js';
import { applyCovariates, encodeCovariates, type CovariatePlan } from '../../downstream/cohort/encode.js';
import { featuresAt } from '../../downstream/rows.js';
import { pickRows } from '../../downstream/targets.js';
import type { ModelRows } from '../../downstream/training/rows.js';
import type { FitSetup } from './setup.js';
import type { FitUnit } from './unit.js';

/** The columns that covariates become, by the rows that the fit learns from; null where it reads none. */
export function covariatePlan({ cohort }: FitSetup, unit: FitUnit): CovariatePlan | null {
  if (!unit.inputs.covariates || cohort.covariates.length === 0) return null;
  const identified = unit.exact && unit.task.training.penalty === 0;
  return encodeCovariates(cohort, unit.train, { identified });
}

export function modelRows(
  { cohort, features }: FitSetup,
  { inputs, task }: FitUnit,
  covariates: CovariatePlan | null,
  rows: readonly number[],
): ModelRows {
  const named =
    inputs.features === undefined ? undefined : present(features[inputs.features], inputs.features);
  const own = named ?? inputs.own;
  const attribute = task.fairness?.attribute;
  const groups = attribute === undefined ? undefined : cohort.groups[attribute];
  return {
    targets: pickRows(cohort.targets, rows),
    patients: rows.map((row) => cohort.rows[row]?.patient ?? ''),
    ...(own && { features: picked(own, rows) }),
    ...(covariates && { covariates: applyCovariates(covariates, cohort.covariates, rows) }),
    ...(groups && { groups: rows.map((row) => groups[row] ?? null) }),
  };
}

function picked(features: Tensor, rows: readonly number[]): Tensor {
  const { shape, data } = featuresAt(features, rows);
  return tensor(shape, data);
}

/**
 * A cohort of some of its rows.
 */
import type { Cohort } from '../../downstream/cohort/cohort.js';
import { pickRows } from '../../downstream/targets.js';

export function someRows(cohort: Cohort, rows: readonly number[]): Cohort {
  const picked = <T>(values: readonly T[]): T[] => rows.map((row) => values[row] as T);
  return {
    ...cohort,
    rows: picked(cohort.rows),
    targets: pickRows(cohort.targets, rows),
    covariates: cohort.covariates.map((covariate) => ({ ...covariate, values: picked(covariate.values) })),
    groups: Object.fromEntries(Object.entries(cohort.groups).map(([name, values]) => [name, picked(values)])),
  };
}

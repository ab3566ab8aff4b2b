/**
 * Reads a manifest as a cohort. Every rule is checked here, at the edge: what a broken row means is one line that names the
 * manifest and the line; nothing downstream checks again.
 */
import type { Targets } from '../targets.js';
import { checkCohort, remarksOn } from './checks.js';
import type { Cohort, Covariate } from './cohort.js';
import { covariateColumns, readCovariate, readGroups } from './read-covariates.js';
import { readRows } from './read-rows.js';
import { foreignTargets, readTargets, targetedRows } from './read-targets.js';
import { keepRows, readSheet } from './sheet.js';

export interface CohortNeeds {
  /** Kind of the targets that the head learns from: it decides which columns are read. */
  readonly targets: Targets['kind'];
  /** True where scans are read: then each row has a path and a patient. */
  readonly needsPaths: boolean;
  /** Covariates without their `x_`, as a task names them; absent: all. */
  readonly covariates?: 'all' | readonly string[];
  /** What a fitted model knows, for rows that it answers for; absent: the rows are learned from. */
  readonly fitted?: {
    /** Of heads for classes. */
    readonly classes?: readonly string[];
    readonly covariates: readonly Pick<Covariate, 'column' | 'kind'>[];
  };
}

export function readCohort(manifest: string, needs: CohortNeeds): Cohort {
  const { targets: kind, needsPaths, fitted } = needs;
  const whole = readSheet(manifest);
  const targeted = targetedRows(whole, kind);
  const sheet = keepRows(whole, targeted);
  const rows = readRows(sheet, needsPaths);
  const wanted = fitted?.covariates.map(({ column }) => column.slice(2)) ?? needs.covariates ?? 'all';
  const kinds = new Map(fitted?.covariates.map(({ column, kind }) => [column, kind]));
  const cohort = {
    manifest,
    rows,
    targets: readTargets(sheet, kind, fitted?.classes),
    covariates: covariateColumns(sheet, wanted).map((column) =>
      readCovariate(sheet, rows, column, kinds.get(column)),
    ),
    groups: readGroups(sheet),
    withoutTarget: targeted.filter((one) => !one).length,
    remarks: [],
  };
  if (fitted === undefined) checkCohort(cohort);
  return { ...cohort, remarks: remarksOn(cohort, foreignTargets(whole, kind)) };
}

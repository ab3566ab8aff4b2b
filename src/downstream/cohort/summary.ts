/**
 * What was read of a manifest, as a record that the command line shows and reports keep.
 */
import type { CohortSplit, Cohort, Covariate } from './cohort.js';

export interface SplitSummary {
  readonly split: CohortSplit;
  readonly rows: number;
  readonly patients: number;
  /** Rows of each class; of targets that are classes. */
  readonly classes?: Readonly<Record<string, number>>;
  /** Rows with the event; of times to an event. */
  readonly events?: number;
}

export interface ColumnSummary {
  readonly column: string;
  readonly kind: Covariate['kind'] | 'group';
  /** Rows that say nothing. */
  readonly missing: number;
  /** Different values of categories and groups. */
  readonly values?: number;
}

export interface CohortSummary {
  readonly rows: number;
  readonly patients: number;
  /** Those that have rows; rows without a split count as `train`. */
  readonly splits: readonly SplitSummary[];
  readonly columns: readonly ColumnSummary[];
  /** Rows left out since they say nothing of the target. */
  readonly withoutTarget: number;
  readonly remarks: readonly string[];
}

export function summaryOf(cohort: Cohort): CohortSummary {
  const { rows, covariates, groups, withoutTarget, remarks } = cohort;
  const splits = (['train', 'validation', 'test'] as const)
    .map((split) => splitSummary(cohort, split))
    .filter((split) => split.rows > 0);
  const columns = [
    ...covariates.map(({ column, kind, values }) => columnSummary(column, kind, values)),
    ...Object.entries(groups).map(([attribute, values]) =>
      columnSummary(attribute === 'site' ? attribute : `s_${attribute}`, 'group', values),
    ),
  ];
  const patients = new Set(rows.map(({ patient }) => patient)).size;
  return { rows: rows.length, patients, splits, columns, withoutTarget, remarks };
}

function splitSummary({ rows, targets }: Cohort, split: CohortSplit): SplitSummary {
  const own = [...rows.keys()].filter((row) => (rows[row]?.split ?? 'train') === split);
  const patients = new Set(own.map((row) => rows[row]?.patient)).size;
  const counted = { split, rows: own.length, patients };
  if (targets.kind === 'time')
    return { ...counted, events: own.filter((row) => targets.events[row] === 1).length };
  if (targets.kind === 'value') return counted;
  const classes = targets.names.map(
    (name, label) => [name, own.filter((row) => targets.labels[row] === label).length] as const,
  );
  return { ...counted, classes: Object.fromEntries(classes) };
}

function columnSummary(
  column: string,
  kind: ColumnSummary['kind'],
  values: readonly (number | string | null)[],
): ColumnSummary {
  const known = values.filter((value) => value !== null);
  const missing = values.length - known.length;
  return { column, kind, missing, ...(kind === 'number' ? {} : { values: new Set(known).size }) };
}

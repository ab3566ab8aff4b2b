/**
 * A cohort: the rows of a manifest, checked, with what is known of each.
 *
 * Columns: `path`, `patient`; `label` | `value` | `time` and `event`; covariates `x_*` (numbers or categories; empty: missing);
 * sensitive attributes `s_*`; `site`; `split` (train, validation, test or empty).
 */
import type { Targets } from '../targets.js';

export type CohortSplit = 'train' | 'validation' | 'test';

export interface CohortRow {
  /** As the manifest writes it; empty where the manifest has no column `path`. */
  readonly path: string;
  readonly patient: string;
  /** Null where the manifest says none: then the row is learned from, as those of `train` are. */
  readonly split: CohortSplit | null;
  /** Line of the manifest, for messages. */
  readonly line: number;
}

export interface Covariate {
  /** The column, `x_…`. */
  readonly column: string;
  /** A category is text; a number is one in each of its rows. */
  readonly kind: 'number' | 'category';
  /** Null where the row says nothing. */
  readonly values: readonly (number | string | null)[];
}

export interface Cohort {
  /** Path of the manifest. */
  readonly manifest: string;
  readonly rows: readonly CohortRow[];
  /** Of all rows, in their order. */
  readonly targets: Targets;
  readonly covariates: readonly Covariate[];
  /** Groups by attribute: columns `s_…` without their `s_`, and `site` where there is one; null: unknown. */
  readonly groups: Readonly<Record<string, readonly (string | null)[]>>;
  /** Rows of the manifest that are not among these, since they say nothing of the target. */
  readonly withoutTarget: number;
  /** What a user should know of the manifest though it can be used, one line each. */
  readonly remarks: readonly string[];
}

/** True for rows that a model may learn from: neither for its validation nor for its test. */
export const learnedFrom = ({ split }: CohortRow): boolean => split === null || split === 'train';

/** Indices of the rows that pass. */
export function rowsWhere(cohort: Pick<Cohort, 'rows'>, passes: (row: CohortRow) => boolean): number[] {
  return cohort.rows.flatMap((row, index) => (passes(row) ? [index] : []));
}

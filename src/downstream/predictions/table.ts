/**
 * Predictions of scans beside what came of them: the content of `predictions.csv`, one row a scan. Every figure of a report
 * is computed from such a table, so that it can be derived again, by voxolve or by any other program.
 */
import type { Outcome, OutcomeTable } from '../../metrics/outcome-table.js';
import type { CohortSplit } from '../cohort/cohort.js';

/** `predictions`: of a table made elsewhere, which says nothing of splits. */
export type PredictionSplit = CohortSplit | 'predictions';

export interface PredictionRow {
  readonly patient: string;
  /** As the manifest writes it; empty where there are no scans. */
  readonly path: string;
  readonly split: PredictionSplit;
  /** The fold in which the row was held out; null outside of cross-validation. */
  readonly fold: number | null;
}

export interface PredictionTable {
  readonly rows: readonly PredictionRow[];
  /** Of all rows, in their order. */
  readonly outcome: Outcome;
  /** Probabilities before calibration, one list a row; absent where nothing was calibrated. */
  readonly raw?: readonly (readonly number[])[];
  /** In [0, 1]; absent where the head tells none. */
  readonly uncertainty?: readonly number[];
  /** Groups by attribute: columns `s_…` without their `s_`, and `site`; null: unknown. */
  readonly groups: Readonly<Record<string, readonly (string | null)[]>>;
}

/** The rows of one split, as metrics take them. */
export interface SplitTable {
  readonly table: OutcomeTable;
  readonly groups: Readonly<Record<string, readonly (string | null)[]>>;
}

const ORDER: readonly PredictionSplit[] = ['train', 'validation', 'test', 'predictions'];

/** The splits that have rows, each by itself. */
export function tablesBySplit(table: PredictionTable): ReadonlyMap<PredictionSplit, SplitTable> {
  const present = ORDER.filter((split) => table.rows.some((row) => row.split === split));
  return new Map(
    present.map((split) => {
      const rows = table.rows.flatMap((row, index) => (row.split === split ? [index] : []));
      return [split, splitTable(table, rows)];
    }),
  );
}

function splitTable({ rows: all, outcome, uncertainty, groups }: PredictionTable, rows: readonly number[]) {
  const picked = <T>(values: readonly T[]): T[] => rows.map((row) => values[row] as T);
  return {
    table: {
      patients: picked(all).map(({ patient }) => patient),
      folds: picked(all).map(({ fold }) => fold),
      outcome: pickOutcome(outcome, picked),
      ...(uncertainty === undefined ? {} : { uncertainty: picked(uncertainty) }),
    },
    groups: Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, picked(values)])),
  };
}

function pickOutcome(outcome: Outcome, picked: <T>(values: readonly T[]) => T[]): Outcome {
  switch (outcome.kind) {
    case 'classes':
      return {
        ...outcome,
        labels: picked(outcome.labels),
        probabilities: picked(outcome.probabilities),
      };
    case 'value':
      return { ...outcome, values: picked(outcome.values), predictions: picked(outcome.predictions) };
    case 'time': {
      const { survival } = outcome;
      return {
        ...outcome,
        times: picked(outcome.times),
        events: picked(outcome.events),
        risk: picked(outcome.risk),
        ...(survival === undefined ? {} : { survival: { ...survival, curves: picked(survival.curves) } }),
      };
    }
  }
}

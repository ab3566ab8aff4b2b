/**
 * Metrics of predictions: of a run's, derived again from its `predictions.csv`, or of a table that was made elsewhere. See
 * docs/evaluation.md.
 */
import { readPredictions } from '../downstream/predictions/read.js';
import { reportOfTable, type Report } from './reporting/report.js';

export interface EvaluateTableOptions {
  /** Table of predictions (CSV): `label` and `p_*`, `value` and `prediction`, or `time`, `event` and `risk`. */
  readonly predictions: string;
  /** Attributes whose groups are told apart; absent: all columns `s_*`, and `site`. */
  readonly groups?: readonly string[] | undefined;
  readonly seed?: number | undefined;
}

/** The report of a table of predictions. Throws `UserError` for what is no such table. */
export function evaluateTable({ predictions, groups, seed = 0 }: EvaluateTableOptions): Report {
  const table = readPredictions(predictions);
  return reportOfTable(
    table,
    { task: null, remarks: [] },
    { attributes: groups, seed: [seed], subject: predictions },
  );
}

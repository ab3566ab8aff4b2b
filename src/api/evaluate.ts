/**
 * Metrics of predictions: of a run's, derived again from its `predictions.csv`, or of a table that was made elsewhere. See
 * docs/evaluation.md.
 */
import { readPredictions } from '../downstream/predictions/read.js';
import type { Difference } from './evaluating/differences.js';
import { runReport } from './evaluating/run-report.js';
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

export interface EvaluateRunOptions {
  /** Folder of a fine-tuning that has finished. */
  readonly run: string;
  readonly groups?: readonly string[] | undefined;
}

export interface EvaluateRunOutcome {
  readonly report: Report;
  /** Where the run's `report.json` tells something else than its `predictions.csv`; empty where they agree. */
  readonly differences: readonly Difference[];
}

/** The report of a run, every figure that follows from its predictions derived again. */
export function evaluateRun({ run, groups }: EvaluateRunOptions): EvaluateRunOutcome {
  return runReport(run, groups);
}

export {
  evaluateForeign,
  type EvaluateForeignOptions,
  type EvaluateForeignOutcome,
} from './evaluating/foreign-alone.js';
export {
  evaluateOther,
  type EvaluateOtherOptions,
  type EvaluateOtherOutcome,
} from './evaluating/other-cohort.js';

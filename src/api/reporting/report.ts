/**
 * The content of `report.json`: metrics of each split, of all rows and of each group, from a table of predictions; beside it
 * what does not follow from the table, such as coefficients.
 */
import { version } from '../../core/version.js';
import type { Key } from '../../core/random.js';
import {
  tablesBySplit,
  type PredictionSplit,
  type PredictionTable,
  type SplitTable,
} from '../../downstream/predictions/table.js';
import { mainMetric, reportOf, type Metrics, type OutcomeTable } from '../../metrics/index.js';

export interface RowsReport {
  /** Rows. */
  readonly n: number;
  readonly metrics: Metrics;
}

export interface SplitReport extends RowsReport {
  /** By attribute and group. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, RowsReport>>>>;
}

/** What a report holds that its table does not tell. */
export interface FurtherFindings {
  /** Name of the task; null of a table made elsewhere. */
  readonly task: string | null;
  /** Of a linear model of covariates, by their columns, on the covariates' own scale. */
  readonly coefficients?: Readonly<Record<string, number>>;
  /** Of all rows that the model was fitted on, where it was fitted exactly. */
  readonly log_likelihood?: number;
  /** By which the final model's probabilities are calibrated. */
  readonly temperature?: number;
  /** What a reader should know. */
  readonly remarks: readonly string[];
}

export interface Report extends FurtherFindings {
  readonly version: string;
  /** The split that says most: test, else validation, else cross-validation. */
  readonly headline: PredictionSplit;
  /** The metric that is to be maximised. */
  readonly main: string;
  /** Those of the headline. */
  readonly metrics: Metrics;
  readonly splits: Readonly<Partial<Record<PredictionSplit, SplitReport>>>;
}

export interface ReportedTable {
  /** Attributes whose groups are told apart; absent: all that the table has. */
  readonly attributes?: readonly string[] | undefined;
  /** Names the random numbers of intervals: equal tables and keys give equal reports. */
  readonly seed?: Key;
  /** What the table is called in errors. */
  readonly subject?: string;
}

const HEADLINE: readonly PredictionSplit[] = ['test', 'validation', 'train', 'predictions'];

export function reportOfTable(
  table: PredictionTable,
  further: FurtherFindings,
  options: ReportedTable = {},
): Report {
  const parts = [...tablesBySplit(table)].map(
    ([split, rows]) => [split, splitReport(rows, split, options)] as const,
  );
  const splits = Object.fromEntries(parts) as Report['splits'];
  const headline = HEADLINE.find((split) => splits[split] !== undefined) ?? 'predictions';
  return {
    version,
    headline,
    main: mainMetric(table.outcome.kind),
    metrics: splits[headline]?.metrics ?? {},
    splits,
    ...further,
  };
}

function splitReport(
  { table, groups }: SplitTable,
  split: PredictionSplit,
  { seed = [0], subject }: ReportedTable,
): SplitReport {
  const options = { seed: [...seed, split], ...(subject === undefined ? {} : { subject }) };
  void groups;
  return { ...rowsReport(table, options), groups: {} };
}

function rowsReport(table: OutcomeTable, options: Parameters<typeof reportOf>[1]): RowsReport {
  return { n: table.patients.length, metrics: reportOf(table, options) };
}

/**
 * The content of `report.json`: metrics of each split, of all rows and of each group, from a table of predictions; beside it
 * what does not follow from the table, such as coefficients.
 */
import { version } from '../../core/version.js';
import type { Key } from '../../core/random.js';
import type { ThresholdReport } from '../../downstream/fairness/threshold-report.js';
import type { OodReport } from '../../downstream/ood/ood-report.js';
import type { LeakReport } from '../../downstream/fairness/leak-report.js';
import {
  tablesBySplit,
  type PredictionSplit,
  type PredictionTable,
  type SplitTable,
} from '../../downstream/predictions/table.js';
import {
  groupReport,
  mainMetric,
  reliabilityCurve,
  reportOf,
  type ClassOutcome,
  type Metrics,
  type ReliabilityBin,
} from '../../metrics/index.js';
import { UserError } from '../../core/errors.js';
import type { Choices } from './choices.js';
import { coverageOf, type CoverageReport } from './coverage.js';

export interface RowsReport {
  /** Rows. */
  readonly n: number;
  readonly metrics: Metrics;
}

export interface SplitReport extends RowsReport {
  readonly patients: number;
  /** By attribute and group. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, RowsReport>>>>;
  /** Gaps between the groups of each attribute, by name. */
  readonly fairness: Readonly<Record<string, Metrics>>;
  /** Rows whose group is unknown, by attribute. */
  readonly missing: Readonly<Record<string, number>>;
  /** Errors that are left where only the most certain rows are answered; of classes only. */
  readonly coverage?: CoverageReport;
  /** Reliability curve of each class, of two classes of the second; of classes only. */
  readonly reliability?: Readonly<Record<string, readonly ReliabilityBin[]>>;
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
  /** What the models chose from their rows. */
  readonly choices?: Choices;
  /** How well attributes can be read from what the model sees. */
  readonly leak?: LeakReport;
  /** What thresholds per group would change, where the task asks for them. */
  readonly thresholds?: ThresholdReport;
  /** How scores tell scans of another kind. */
  readonly ood?: OodReport;
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
  const groups = chosenGroups(table, options);
  const parts = [...tablesBySplit({ ...table, groups })].map(
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

function chosenGroups(
  { groups }: PredictionTable,
  { attributes, subject = 'predictions' }: ReportedTable,
): PredictionTable['groups'] {
  if (attributes === undefined) return groups;
  const known = Object.keys(groups);
  const missing = attributes.find((attribute) => !known.includes(attribute));
  if (missing !== undefined) {
    throw new UserError({
      subject,
      problem: `has no attribute "${missing}"`,
      fix: known.length === 0 ? `add a column s_${missing}` : `name some of ${known.join(', ')}`,
    });
  }
  return Object.fromEntries(Object.entries(groups).filter(([name]) => attributes.includes(name)));
}

function splitReport(
  { table, groups }: SplitTable,
  split: PredictionSplit,
  { seed = [0], subject }: ReportedTable,
): SplitReport {
  const options = { seed: [...seed, split], ...(subject === undefined ? {} : { subject }) };
  const { outcome, patients } = table;
  const coverage = coverageOf(table);
  return {
    n: patients.length,
    patients: new Set(patients).size,
    metrics: reportOf(table, options),
    ...groupReport(table, groups, options),
    ...(coverage === undefined ? {} : { coverage }),
    ...(outcome.kind === 'classes' ? { reliability: reliabilityOf(outcome) } : {}),
  };
}

function reliabilityOf({ names, labels, probabilities }: ClassOutcome): SplitReport['reliability'] & object {
  const told = names.map((name, k) => ({ name, k })).slice(names.length === 2 ? 1 : 0);
  return Object.fromEntries(
    told.map(({ name, k }) => [
      name,
      reliabilityCurve(
        labels.map((label) => (label === k ? 1 : 0)),
        probabilities.map((row) => row[k] ?? 0),
      ),
    ]),
  );
}

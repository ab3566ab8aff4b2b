/**
 * What thresholds per group would change: fitted to predictions for rows that the model did not learn from, and measured on rows
 * that the thresholds were not fitted to, where there are any: the test's, else each fold with those of the others.
 */
import type { Key } from '../../core/random.js';
import { groupReport, reportOf, type ClassOutcome, type Metrics } from '../../metrics/index.js';
import { tablesBySplit, type PredictionTable, type SplitTable } from '../predictions/table.js';
import type { FairnessCriterion } from './penalty.js';
import { fitThresholds, isPositive, type GroupThresholds, type ScoredRows } from './thresholds.js';

export interface ThresholdReport {
  readonly attribute: string;
  readonly criterion: FairnessCriterion;
  readonly limit: number;
  /** Why there are none. */
  readonly refused?: string;
  /** By group; a row is called positive from this probability on. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Groups that keep the common threshold, and why. */
  readonly left?: Readonly<Record<string, string>>;
  /** What `before` and `after` are measured on. */
  readonly measured_on?: 'test' | 'other folds' | 'the rows that they were fitted to';
  readonly before?: Metrics;
  readonly after?: Metrics;
}

export interface ThresholdTask {
  readonly attribute: string;
  readonly criterion: FairnessCriterion;
  readonly limit: number;
}

/** A table of two classes with what its rows' groups are. */
type Rows = SplitTable & { readonly outcome: ClassOutcome; readonly values: readonly (string | null)[] };

export function thresholdReport(table: PredictionTable, task: ThresholdTask, seed: Key): ThresholdReport {
  const { attribute, criterion, limit } = task;
  const asked = { attribute, criterion, limit };
  const splits = tablesBySplit(table);
  const rowsOf = (split: 'validation' | 'train' | 'test'): Rows | undefined => {
    const own = splits.get(split);
    const values = own?.groups[attribute];
    if (own === undefined || values === undefined || own.table.outcome.kind !== 'classes') return undefined;
    return { ...own, outcome: own.table.outcome, values };
  };
  if (table.outcome.kind !== 'classes' || table.outcome.names.length !== 2)
    return { ...asked, refused: 'thresholds are for two classes' };
  const [validation, train, test] = [rowsOf('validation'), rowsOf('train'), rowsOf('test')];
  const unseen = train?.table.folds.every((fold) => fold !== null) === true ? train : undefined;
  const fitting = validation ?? unseen;
  if (fitting === undefined) {
    return { ...asked, refused: 'there are no predictions for rows that the model did not learn from' };
  }
  const fitted = fitThresholds(scored(fitting), task);
  if ('refused' in fitted) return { ...asked, refused: fitted.refused };
  const measured = test ?? fitting;
  const byFold = test === undefined && validation === undefined;
  const decisions = byFold ? crossDecided(measured, task) : decided(measured, fitted);
  return {
    ...asked,
    thresholds: fitted.thresholds,
    left: fitted.left,
    measured_on: test ? 'test' : byFold ? 'other folds' : 'the rows that they were fitted to',
    before: effectOf(measured, decided(measured, { thresholds: {} }), task, seed),
    after: effectOf(measured, decisions, task, seed),
  };
}

function scored({ outcome, values }: Rows, rows = outcome.labels.map((_, row) => row)): ScoredRows {
  return {
    scores: rows.map((row) => outcome.probabilities[row]?.[1] ?? 0),
    labels: rows.map((row) => outcome.labels[row] ?? 0),
    groups: rows.map((row) => values[row] ?? null),
  };
}

function decided({ outcome, values }: Rows, fitted: Pick<GroupThresholds, 'thresholds'>): number[] {
  return outcome.probabilities.map((row, i) => (isPositive(row[1] ?? 0, values[i] ?? null, fitted) ? 1 : 0));
}

/** Each fold by the thresholds of the others, where these identify some; else by the common one. */
function crossDecided(rows: Rows, task: ThresholdTask): number[] {
  const { folds } = rows.table;
  const decisions = decided(rows, { thresholds: {} });
  for (const fold of new Set(folds)) {
    const others = folds.flatMap((one, row) => (one === fold ? [] : [row]));
    const fitted = fitThresholds(scored(rows, others), task);
    if ('refused' in fitted) continue;
    decided(rows, fitted).forEach((one, row) => {
      if (folds[row] === fold) decisions[row] = one;
    });
  }
  return decisions;
}

function effectOf(
  { table, values }: Rows,
  decisions: ArrayLike<number>,
  { attribute, criterion }: ThresholdTask,
  seed: Key,
): Metrics {
  const options = { decisions: Array.from(decisions), seed: [...seed, 'thresholds'] };
  const gap = `${criterion.replace('-', '_')}_difference`;
  const all = reportOf(table, options);
  const gaps = groupReport(table, { [attribute]: values }, options).fairness[attribute] ?? {};
  const kept = { accuracy: all['accuracy'], balanced_accuracy: all['balanced_accuracy'], [gap]: gaps[gap] };
  return Object.fromEntries(
    Object.entries(kept).flatMap(([name, metric]) => (metric === undefined ? [] : [[name, metric]])),
  );
}

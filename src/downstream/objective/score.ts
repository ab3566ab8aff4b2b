/**
 * The score of a candidate whose objective is an outcome: the metric of the answers by inner folds, of all rows or of the
 * group that is worst off.
 */
import { reportOf } from '../../metrics/index.js';
import type { Outcome, OutcomeTable } from '../../metrics/outcome-table.js';
import { objectiveMetrics, type ObjectiveMetric } from './metrics.js';
import type { OutcomeSet } from './outcome-set.js';

export interface ObjectiveScore {
  /** The metric of all rows. */
  readonly overall: number;
  /** By group, for those that identify the metric; empty where no attribute is named. */
  readonly groups: Readonly<Record<string, number>>;
  /** The least of them; null where no attribute is named. */
  readonly worstGroup: number | null;
}

/** `table`: null where there are no usable answers, which is the worst score. */
export function objectiveScore(
  table: OutcomeTable | null,
  metric: ObjectiveMetric,
  groups: OutcomeSet['groups'],
): ObjectiveScore {
  const { worst } = objectiveMetrics[metric];
  const figures = table === null || groups === undefined ? {} : groupFigures(table, metric, groups);
  return {
    overall: (table === null ? null : figureOf(table, metric)) ?? worst,
    groups: figures,
    worstGroup: groups === undefined ? null : Math.min(...orWorst(Object.values(figures), worst)),
  };
}

const orWorst = (values: readonly number[], worst: number): readonly number[] =>
  values.length === 0 ? [worst] : values;

/** The metric of each group whose rows identify it. */
export function groupFigures(
  table: OutcomeTable,
  metric: ObjectiveMetric,
  groups: readonly (string | null)[],
): Readonly<Record<string, number>> {
  const names = [...new Set(groups)].flatMap((name) => (name === null ? [] : [name])).sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const rows = groups.flatMap((group, row) => (group === name ? [row] : []));
      const figure = figureOf(tableAt(table, rows), metric);
      return figure === null ? [] : [[name, figure] as const];
    }),
  );
}

/** Null where the rows do not identify the metric. */
function figureOf(table: OutcomeTable, metric: ObjectiveMetric): number | null {
  const value = reportOf(table, { resamples: 0 })[metric]?.value ?? null;
  return value === null ? null : Math.max(objectiveMetrics[metric].worst, value);
}

function tableAt({ patients, folds, outcome }: OutcomeTable, rows: readonly number[]): OutcomeTable {
  return {
    patients: rows.map((row) => patients[row] ?? ''),
    folds: rows.map((row) => folds[row] ?? null),
    outcome: outcomeAt(outcome, rows),
  };
}

function outcomeAt(outcome: Outcome, rows: readonly number[]): Outcome {
  const at = <T>(values: readonly T[]): T[] => rows.map((row) => values[row] as T);
  switch (outcome.kind) {
    case 'classes':
      return { ...outcome, labels: at(outcome.labels), probabilities: at(outcome.probabilities) };
    case 'value':
      return { ...outcome, values: at(outcome.values), predictions: at(outcome.predictions) };
    case 'time':
      return { kind: 'time', times: at(outcome.times), events: at(outcome.events), risk: at(outcome.risk) };
  }
}

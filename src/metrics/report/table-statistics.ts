/**
 * The metrics of some rows of a table, as statistics of the weights of all its rows: so that one bootstrap serves the whole
 * and its groups. Metrics that compare rows are computed within each fold, and their mean over folds is told.
 */
import { isFound, refused, rememberLast, unitWeights, type Finding, type Statistic } from '../finding.js';
import { CLASS_METRICS } from '../classes/index.js';
import { outcomeOf } from '../check-table.js';
import type { Outcome, OutcomeTable } from '../outcome-table.js';
import { TIME_METRICS } from '../time/index.js';
import { VALUE_METRICS } from '../values/index.js';
import type { MetricDefinition, MetricOptions } from './definition.js';

export interface TableStatistic {
  readonly name: string;
  readonly statistic: Statistic;
  /** Most resamples for its interval; absent: any number. */
  readonly most?: number;
  /** What a perfect model gets. */
  readonly ideal: 0 | 1;
  /** Rows that it is computed from. */
  readonly n: number;
}

/** Statistics of the rows of a table, or of those given, in the order of reports. */
export function tableStatistics(
  table: OutcomeTable,
  options: MetricOptions,
  rows: readonly number[] = table.patients.map((_, row) => row),
): readonly TableStatistic[] {
  switch (table.outcome.kind) {
    case 'classes':
      return CLASS_METRICS.map((definition) => statisticOf(definition, table, options, rows));
    case 'value':
      return VALUE_METRICS.map((definition) => statisticOf(definition, table, options, rows));
    case 'time':
      return TIME_METRICS.map((definition) => statisticOf(definition, table, options, rows));
  }
}

function statisticOf<O extends Outcome>(
  definition: MetricDefinition<O>,
  table: OutcomeTable,
  options: MetricOptions,
  rows: readonly number[],
): TableStatistic {
  const parts = definition.comparesRows ? byFold(table, rows) : [rows];
  const own = parts.length > 1 ? withCensoring(table, options, rows) : options;
  const prepared = parts.map((part) => prepare(definition, table, own, part));
  const found = prepared.filter(({ statistic }) => isFound(statistic(unitWeights(table.patients.length))));
  const most = definition.resamples?.(outcomeOf(table.outcome, rows) as O);
  return {
    name: definition.name,
    ideal: definition.ideal,
    statistic: rememberLast(
      prepared.length === 1 && prepared[0] !== undefined ? prepared[0].statistic : meanOver(prepared),
    ),
    ...(most === undefined ? {} : { most }),
    n: found.length === 0 ? rows.length : found.reduce((sum, { n }) => sum + n, 0),
  };
}

/** Options in which the rows of all folds tell of censoring together: a fold alone tells badly, and it is not compared. */
function withCensoring(
  { outcome }: OutcomeTable,
  options: MetricOptions,
  rows: readonly number[],
): MetricOptions {
  if (outcome.kind !== 'time' || options.censoring !== undefined) return options;
  const pick = (values: readonly number[]): number[] => rows.map((row) => values[row] as number);
  return { ...options, censoring: { times: pick(outcome.times), events: pick(outcome.events) } };
}

interface Prepared {
  readonly statistic: Statistic;
  readonly n: number;
}

/** The statistic of some rows, of the weights of all. */
function prepare<O extends Outcome>(
  definition: MetricDefinition<O>,
  { outcome }: OutcomeTable,
  { decisions, ...options }: MetricOptions,
  rows: readonly number[],
): Prepared {
  const statistic = definition.statistic(outcomeOf(outcome, rows) as O, {
    ...options,
    ...(decisions === undefined ? {} : { decisions: rows.map((row) => decisions[row] as number) }),
  });
  const own = new Float64Array(rows.length);
  return {
    n: rows.length,
    statistic: (weights) => {
      rows.forEach((row, i) => (own[i] = weights[row] as number));
      return statistic(own);
    },
  };
}

/** Rows by the fold that held them out; a single list without folds. */
function byFold({ folds }: OutcomeTable, rows: readonly number[]): readonly (readonly number[])[] {
  const parts = new Map<number | null, number[]>();
  for (const row of rows) {
    const fold = folds[row] ?? null;
    const part = parts.get(fold);
    if (part === undefined) parts.set(fold, [row]);
    else part.push(row);
  }
  return parts.size === 0
    ? [[]]
    : [...parts].sort(([a], [b]) => (a ?? -1) - (b ?? -1)).map(([, part]) => part);
}

/** The mean over the folds that identify the metric; counts are added up. */
function meanOver(parts: readonly Prepared[]): Statistic {
  return (weights): Finding => {
    const findings = parts.map(({ statistic }) => statistic(weights));
    const found = findings.filter(isFound);
    const [first] = findings;
    if (found.length === 0) {
      return refused(
        `in none of ${parts.length} folds: ${first !== undefined && !isFound(first) ? first.refused : ''}`,
      );
    }
    const counts: Record<string, number> = {};
    for (const finding of found) {
      for (const [name, count] of Object.entries(finding.counts ?? {})) {
        counts[name] = (counts[name] ?? 0) + count;
      }
    }
    return {
      value: found.reduce((sum, { value }) => sum + value, 0) / found.length,
      counts,
      details: { folds: found.length, folds_left_out: findings.length - found.length },
    };
  };
}

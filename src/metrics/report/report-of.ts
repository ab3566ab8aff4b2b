/**
 * The metrics of one split: every figure of a report from its table of predictions.
 */
import { rngOf, type Key } from '../../core/random.js';
import type { Interval } from '../../core/statistics/intervals.js';
import { soundTable } from '../check-table.js';
import { deLong } from '../classes/delong.js';
import { isFound, unitWeights, type Finding } from '../finding.js';
import { bootstrapIntervals } from '../intervals/bootstrap.js';
import type { Metric, Metrics } from '../metric.js';
import type { OutcomeTable } from '../outcome-table.js';
import type { MetricOptions } from './definition.js';
import { tableStatistics } from './table-statistics.js';

export interface ReportOptions extends MetricOptions {
  /** Names the random numbers of resampling: equal keys give equal intervals. */
  readonly seed?: Key;
  /** Resamples of patients for intervals; 0: none. Slow metrics of thousands of rows take fewer, at least 100. */
  readonly resamples?: number;
  /** What the table is called in errors. */
  readonly subject?: string;
}

export const RESAMPLES = 1000;

/**
 * Metrics of a table by name, each with its 95 % interval by the bootstrap over patients, or with the reason why the rows do not
 * identify it. With folds, metrics that compare rows are means over folds; the others are of all rows together. Throws a
 * `UserError` on a table that is not sound.
 */
export function reportOf(predictions: OutcomeTable, options: ReportOptions = {}): Metrics {
  const { seed = [0], resamples = RESAMPLES, subject, ...rest } = options;
  const table = soundTable(predictions, subject);
  const statistics = tableStatistics(table, rest);
  const all = unitWeights(table.patients.length);
  const findings = statistics.map(({ statistic }) => statistic(all));
  const identified = statistics.filter((_, i) => isFound(findings[i] as Finding));
  const intervals = bootstrapIntervals(identified, table, rngOf('metrics', ...seed), resamples);
  const metrics = statistics.map((statistic, i): [string, Metric] => [
    statistic.name,
    metricOf(findings[i] as Finding, intervals[identified.indexOf(statistic)] ?? null, statistic.n),
  ]);
  return withDeLong(Object.fromEntries(metrics), table);
}

/** The metrics, with DeLong's interval among the details of the area under the curve, where rows are independent. */
function withDeLong(metrics: Metrics, { patients, folds, outcome }: OutcomeTable): Metrics {
  const { auroc } = metrics;
  if (outcome.kind !== 'classes' || outcome.names.length !== 2 || auroc === undefined) return metrics;
  if (folds.some((fold) => fold !== null) || new Set(patients).size < patients.length) return metrics;
  const scores = outcome.probabilities.map((row) => row[1] as number);
  const found = deLong(outcome.labels, scores);
  if (found === null) return metrics;
  const [delong_low, delong_high] = found.interval;
  return { ...metrics, auroc: { ...auroc, details: { ...auroc.details, delong_low, delong_high } } };
}

/** A finding as a figure of a report. */
export function metricOf(finding: Finding, interval: Interval | null, n: number): Metric {
  if (!isFound(finding)) return { value: null, ci95: null, n, refused: finding.refused };
  const details = { ...finding.counts, ...finding.details };
  return {
    value: finding.value,
    ci95: interval,
    n,
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
}

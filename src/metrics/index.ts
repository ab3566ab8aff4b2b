/**
 * What others use of the metrics.
 */
export type { Metric, Metrics } from './metric.js';
export type { ClassOutcome, Outcome, OutcomeTable, TimeOutcome, ValueOutcome } from './outcome-table.js';
export { mainMetric } from './report/main-metric.js';
export { reportOf, type ReportOptions } from './report/report-of.js';

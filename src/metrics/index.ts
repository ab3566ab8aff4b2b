/**
 * What others use of the metrics.
 */
export type { Metric, Metrics } from './metric.js';
export type { ClassOutcome, Outcome, OutcomeTable, TimeOutcome, ValueOutcome } from './outcome-table.js';
export { reliabilityCurve, type ReliabilityBin } from './classes/calibration-error.js';
export { applyTemperature, fitTemperature, logProbabilities } from './classes/temperature.js';
export { correctedDifference, type PairedScore } from './intervals/corrected-t.js';
export { groupReport, type GroupReport } from './report/group-report.js';
export { mainMetric } from './report/main-metric.js';
export { reportOf, type ReportOptions } from './report/report-of.js';
export { areaUnderRiskCoverage, riskCoverage, type RiskCoverage } from './uncertainty/risk-coverage.js';
export { separation, type ScoredSample } from './uncertainty/separation.js';

/**
 * What others use of the metrics.
 */
export type { Metric, Metrics } from './metric.js';
export type { ClassOutcome, OutcomeTable, TimeOutcome } from './outcome-table.js';
export { reliabilityCurve, type ReliabilityBin } from './classes/calibration-error.js';
export { applyTemperature, fitTemperature, logProbabilities } from './classes/temperature.js';
export { correctedDifference, type PairedScore } from './intervals/corrected-t.js';
export { groupReport } from './report/group-report.js';
export { mainMetric } from './report/main-metric.js';
export { reportOf } from './report/report-of.js';
export { areaUnderRiskCoverage, riskCoverage } from './uncertainty/risk-coverage.js';
export { separation } from './uncertainty/separation.js';

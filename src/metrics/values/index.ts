/**
 * Metrics of numbers, in the order of reports.
 */
import type { ValueOutcome } from '../outcome-table.js';
import type { MetricDefinition } from '../report/definition.js';
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from './regression.js';

export const VALUE_METRICS: readonly MetricDefinition<ValueOutcome>[] = [
  { name: 'r2', comparesRows: false, ideal: 1, statistic: rSquared },
  { name: 'mae', comparesRows: false, ideal: 0, statistic: meanAbsoluteError },
  { name: 'rmse', comparesRows: false, ideal: 0, statistic: rootMeanSquaredError },
];

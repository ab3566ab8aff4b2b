/**
 * Metrics of time to an event, in the order of reports.
 */
import type { TimeOutcome } from '../outcome-table.js';
import type { MetricDefinition } from '../report/definition.js';
import { harrellStatistic } from './concordance.js';

export const TIME_METRICS: readonly MetricDefinition<TimeOutcome>[] = [
  { name: 'harrell', comparesRows: true, ideal: 1, statistic: harrellStatistic },
];

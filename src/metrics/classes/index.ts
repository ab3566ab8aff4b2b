/**
 * Metrics of classes, in the order of reports.
 */
import type { ClassOutcome } from '../outcome-table.js';
import type { MetricDefinition } from '../report/definition.js';
import { accuracy, balancedAccuracy } from './accuracy.js';
import { classAuroc } from './auroc.js';
import { classAveragePrecision } from './average-precision.js';
import { brier } from './brier.js';

export const CLASS_METRICS: readonly MetricDefinition<ClassOutcome>[] = [
  {
    name: 'accuracy',
    comparesRows: false,
    statistic: (outcome, { decisions }) => accuracy(outcome, decisions),
  },
  {
    name: 'balanced_accuracy',
    comparesRows: false,
    statistic: (outcome, { decisions }) => balancedAccuracy(outcome, decisions),
  },
  { name: 'auroc', comparesRows: true, statistic: classAuroc },
  { name: 'average_precision', comparesRows: true, statistic: classAveragePrecision },
  { name: 'brier', comparesRows: false, statistic: brier },
];

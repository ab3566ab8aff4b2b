/**
 * Metrics of classes, in the order of reports.
 */
import type { ClassOutcome } from '../outcome-table.js';
import { resamplesWithin, type MetricDefinition } from '../report/definition.js';
import { accuracy, balancedAccuracy } from './accuracy.js';
import { classAuroc } from './auroc.js';
import { classAveragePrecision } from './average-precision.js';
import { brier } from './brier.js';
import { expectedCalibrationError } from './calibration-error.js';
import { calibrationIntercept, calibrationSlope } from './recalibration.js';

/** Rows that logistic fits of all resamples go through, together. */
const FITTED_ROWS = 2e6;

export const CLASS_METRICS: readonly MetricDefinition<ClassOutcome>[] = [
  {
    name: 'accuracy',
    comparesRows: false,
    ideal: 1,
    statistic: (outcome, { decisions }) => accuracy(outcome, decisions),
  },
  {
    name: 'balanced_accuracy',
    comparesRows: false,
    ideal: 1,
    statistic: (outcome, { decisions }) => balancedAccuracy(outcome, decisions),
  },
  { name: 'auroc', comparesRows: true, ideal: 1, statistic: classAuroc },
  { name: 'average_precision', comparesRows: true, ideal: 1, statistic: classAveragePrecision },
  { name: 'brier', comparesRows: false, ideal: 0, statistic: brier },
  { name: 'ece', comparesRows: false, ideal: 0, statistic: (outcome) => expectedCalibrationError(outcome) },
  {
    name: 'calibration_slope',
    comparesRows: false,
    ideal: 1,
    statistic: calibrationSlope,
    resamples: ({ labels }) => resamplesWithin(FITTED_ROWS, labels.length),
  },
  {
    name: 'calibration_intercept',
    comparesRows: false,
    ideal: 0,
    statistic: calibrationIntercept,
    resamples: ({ labels }) => resamplesWithin(FITTED_ROWS, labels.length),
  },
];

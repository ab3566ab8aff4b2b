/**
 * Metrics of time to an event, in the order of reports.
 */
import { ascending, lowerQuantile } from '../../core/statistics/quantiles.js';
import { refused, type Statistic } from '../finding.js';
import type { TimeOutcome } from '../outcome-table.js';
import { resamplesWithin, type MetricDefinition } from '../report/definition.js';
import { antoliniStatistic } from './antolini.js';
import { harrellStatistic } from './concordance.js';
import { dCalibrationStatistic } from './d-calibration.js';
import { dynamicAucStatistic } from './dynamic-auc.js';
import { integratedBrierStatistic, timeGrid } from './integrated-brier.js';
import type { SurvivalCurves } from './survival-at.js';
import { unoStatistic } from './uno.js';

/** Pairs that all resamples compare, together. */
const COMPARED_PAIRS = 5e8;
/** Squared errors that all resamples add up, together. */
const ADDED_ERRORS = 2e8;
/** Rows that all resamples rank, together. */
const RANKED_ROWS = 4e6;

export const TIME_METRICS: readonly MetricDefinition<TimeOutcome>[] = [
  {
    name: 'harrell',
    comparesRows: true,
    ideal: 1,
    statistic: harrellStatistic,
    resamples: ({ times }) => resamplesWithin(RANKED_ROWS, times.length),
  },
  {
    name: 'uno',
    comparesRows: true,
    ideal: 1,
    statistic: unoStatistic,
    resamples: ({ times }) => resamplesWithin(RANKED_ROWS, times.length),
  },
  {
    name: 'antolini',
    comparesRows: true,
    ideal: 1,
    statistic: (outcome) => ofCurves(outcome, (survival) => antoliniStatistic(outcome, survival)),
    resamples: ({ events }) => {
      const pairs = (events.filter((event) => event === 1).length * events.length) / 2;
      return resamplesWithin(COMPARED_PAIRS, pairs);
    },
  },
  {
    name: 'cumulative_dynamic_auc',
    comparesRows: true,
    ideal: 1,
    statistic: (outcome, { censoring }) =>
      dynamicAucStatistic(outcome, eventDeciles(outcome), censoring === undefined ? {} : { censoring }),
    resamples: ({ times }) => resamplesWithin(RANKED_ROWS, times.length),
  },
  {
    name: 'integrated_brier',
    comparesRows: false,
    ideal: 0,
    statistic: (outcome, { censoring }) =>
      ofCurves(outcome, (survival) =>
        integratedBrierStatistic(outcome, survival, censoring === undefined ? {} : { censoring }),
      ),
    resamples: (outcome) => resamplesWithin(ADDED_ERRORS, timeGrid(outcome).length * outcome.times.length),
  },
  {
    name: 'd_calibration',
    comparesRows: false,
    ideal: 1,
    statistic: (outcome) => ofCurves(outcome, (survival) => dCalibrationStatistic(outcome, survival)),
    // A p has no interval.
    resamples: () => 0,
  },
];

function ofCurves({ survival }: TimeOutcome, statistic: (survival: SurvivalCurves) => Statistic): Statistic {
  return survival === undefined
    ? () => refused('the rows have a risk, but no predicted survival')
    : statistic(survival);
}

/** Distinct times of events at 10, 20 … 90 % of them, after which somebody is followed. */
function eventDeciles({ times, events }: TimeOutcome): number[] {
  const happened = ascending(times.filter((_, row) => events[row] === 1));
  const last = times.reduce((most, time) => Math.max(most, time), -Infinity);
  const deciles = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((tenth) => lowerQuantile(happened, tenth / 10) ?? []);
  return [...new Set(deciles)].filter((time) => time < last);
}

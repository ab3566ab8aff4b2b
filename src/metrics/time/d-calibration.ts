/**
 * D-calibration: whether predicted survival at the time of the event is evenly spread over [0, 1], as it is for a model whose whole
 * curves are right. A censored row is spread over what is possible for it.
 *
 * Source: Haider, Hoehn, Davis and Greiner, "Effective Ways to Build and Evaluate Individual Survival Distributions", JMLR 2020,
 * section 3.5 and appendix B. Their test takes censored rows' shares for counts, and so finds too little where many are censored.
 */
import { refused, unitWeights, type Finding, type Statistic } from '../finding.js';
import { chiSquaredTail } from '../intervals/chi-squared.js';
import type { FollowUp } from './follow-up.js';
import { survivalAt, type Interpolation, type SurvivalCurves } from './survival-at.js';

const BINS = 10;
/** Rows expected in a bin below which the test is not sound (Cochran 1954). */
const FEWEST_EXPECTED = 5;

/**
 * p of Pearson's test that rows `[N]` with predicted survival are spread evenly over ten bins: below 0.05 the curves are not
 * calibrated. Details: the `statistic`, and the share of rows in each bin of survival from `bin_0` (0 to 0.1) to `bin_9`. Refused of
 * fewer than 50 rows.
 */
export function dCalibration(
  rows: FollowUp,
  survival: SurvivalCurves,
  interpolation?: Interpolation,
): Finding {
  return dCalibrationStatistic(rows, survival, interpolation)(unitWeights(rows.times.length));
}

/** `dCalibration` of weighted rows. */
export function dCalibrationStatistic(
  { times, events }: FollowUp,
  survival: SurvivalCurves,
  interpolation?: Interpolation,
): Statistic {
  const own = Float64Array.from(Array.from(times), (time, row) =>
    survivalAt(survival, time, interpolation)(row),
  );
  return (weights) => {
    const bins = new Float64Array(BINS);
    let all = 0;
    own.forEach((share, row) => {
      const weight = weights[row] as number;
      all += weight;
      spread(bins, share, weight, events[row] === 1);
    });
    const expected = all / BINS;
    if (expected < FEWEST_EXPECTED) {
      return refused(
        `${all} rows are too few for a test of ${BINS} bins, which needs ${BINS * FEWEST_EXPECTED}`,
      );
    }
    const statistic = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    const shares = Object.fromEntries([...bins].map((count, bin) => [`bin_${bin}`, count / all]));
    return { value: chiSquaredTail(statistic, BINS - 1), details: { statistic, ...shares } };
  };
}

/** Adds a row to its bin; one that is censored at a survival of s to all bins below s, in equal shares of [0, s]. */
function spread(bins: Float64Array, share: number, weight: number, happened: boolean): void {
  const bin = Math.min(BINS - 1, Math.floor(share * BINS));
  if (happened || share <= 0) {
    bins[bin] = (bins[bin] as number) + weight;
    return;
  }
  bins[bin] = (bins[bin] as number) + weight * (1 - bin / BINS / share);
  for (let b = 0; b < bin; b++) bins[b] = (bins[b] as number) + weight / BINS / share;
}

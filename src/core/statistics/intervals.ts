/**
 * Confidence intervals of 95 %, for shares above all: an interval of a share lies within [0, 1], one of a difference of
 * shares within [−1, 1], and both are sound near the ends, where those of the normal and of Student's t are not.
 *
 * Sources: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 1927, which Brown, Cai and
 * DasGupta, "Interval Estimation for a Binomial Proportion", Statistical Science 2001, recommend; Korn and Graubard,
 * "Confidence Intervals for Proportions with Small Expected Number of Positive Counts Estimated from Survey Data", Survey
 * Methodology 1998, for shares over groups whose members are alike (crops of a patient, questions of one training): the
 * effective sample size, put into Wilson's interval as Franco, Little, Louis and Slud, "Comparative Study of Confidence
 * Intervals for Proportions in Complex Sample Surveys", 2019, do; Newcombe, "Interval Estimation for the Difference between
 * Independent Proportions", Statistics in Medicine 1998, method 10.
 */
import { meanOf, squaredDeviations } from './descriptive.js';
import { NORMAL_975 as Z } from './normal.js';
import { studentQuantile } from './students-t.js';

export type Interval = readonly [low: number, high: number];

/** Wilson's interval of a share of `hits` in `count` independent trials; [0, 1] without trials. */
export function wilson(hits: number, count: number): Interval {
  return count === 0 ? [0, 1] : wilsonOf(hits / count, count);
}

/** Wilson's interval of a share; `count` may be an effective number of trials, not whole. */
function wilsonOf(share: number, count: number): Interval {
  const scale = 1 + Z ** 2 / count;
  const centre = (share + Z ** 2 / (2 * count)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / count + Z ** 2 / (4 * count ** 2));
  // At the ends exactly, whatever rounding makes of it.
  return [share === 0 ? 0 : Math.max(0, centre - half), share === 1 ? 1 : Math.min(1, centre + half)];
}

/** A group's part of a share, such as a patient's: the sum of its values in [0, 1], and their number. */
export interface Group {
  readonly sum: number;
  readonly count: number;
}

/**
 * Interval of the share Σ sum / Σ count over groups that are independent while their members are not; [0, 1] of a single
 * group.
 *
 * The variance between groups gives the effective sample size: the number of independent observations that would be as
 * certain. Few groups estimate that variance badly, which takes some off (Student's t for the normal); it is never more
 * than the observations there are.
 */
export function groupedShare(groups: readonly Group[]): Interval {
  const m = groups.length;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  if (m < 2 || count === 0) return [0, 1];
  const share = groups.reduce((sum, group) => sum + group.sum, 0) / count;
  // The linearised variance of a ratio (Cochran, Sampling Techniques, 1977, equation 6.9).
  const squares = groups.reduce((sum, group) => sum + (group.sum - share * group.count) ** 2, 0);
  const variance = (m / (m - 1)) * (squares / count ** 2);
  const effective = ((share * (1 - share)) / variance) * (Z / studentQuantile(m - 1)) ** 2;
  return wilsonOf(share, variance === 0 ? count : Math.min(count, effective));
}

/**
 * Interval of the mean of a few values between two bounds, each the mean of `count` observations, such as the scores of
 * several trainings: the mean is taken as a share of the way from bound to bound. Student's where a value lies outside.
 */
export function boundedMean(values: readonly number[], [low, high]: Interval, count: number): Interval {
  if (values.some((value) => value < low || value > high)) return studentInterval(values);
  const groups = values.map((value) => ({ sum: ((value - low) / (high - low)) * count, count }));
  const [a, b] = groupedShare(groups);
  return [low + a * (high - low), low + b * (high - low)];
}

/**
 * Interval of the mean of a few differences of shares, each of a pair, such as two networks' scores with the same seed:
 * Student's, cut to what differences of shares can be, which leaves out no possible truth.
 */
export function pairedDifference(values: readonly number[], most = 1): Interval {
  const [low, high] = studentInterval(values);
  return [Math.max(-most, low), Math.min(most, high)];
}

/** Student's interval of the mean of a few independent values without bounds; without limits for a single value. */
export function studentInterval(values: readonly number[]): Interval {
  const n = values.length;
  if (n < 2) return [-Infinity, Infinity];
  const mean = meanOf(values);
  const half = studentQuantile(n - 1) * Math.sqrt(squaredDeviations(values) / (n - 1) / n);
  return [mean - half, mean + half];
}

export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

/** Interval of the difference a − b of two independent shares, from the intervals of both; never beyond [−1, 1]. */
export function differenceOf(a: Estimate, b: Estimate): Interval {
  const difference = a.value - b.value;
  const [[lowA, highA], [lowB, highB]] = [a.interval, b.interval];
  return [
    difference - Math.hypot(a.value - lowA, highB - b.value),
    difference + Math.hypot(highA - a.value, b.value - lowB),
  ];
}

/**
 * Difference of two learners over repeated folds, with an interval that knows that training sets overlap.
 *
 * Folds of one data set share most of their training rows, so that Student's interval of their differences is far too narrow. Nadeau
 * and Bengio, "Inference for the Generalization Error", Machine Learning 2003, section 3.2, add the ratio of tested to training rows
 * to the variance: (1 / J + n_test / n_train) · s². It is approximate, and a little wide.
 */
import { meanOf, squaredDeviations } from '../../core/statistics/descriptive.js';
import { studentQuantile } from '../../core/statistics/students-t.js';
import type { Metric } from '../metric.js';

/** A pair of scores of the same fold: the same patients held out, the same ones trained on. */
export interface PairedScore {
  readonly first: number;
  readonly second: number;
  /**
   * Patients, or rows, on the training side of the split and on the other. Where learners get a subset of the training side only, as
   * in label curves, `trained` is the side all the same: it is the split that folds share, and a small subset is shared less.
   */
  readonly trained: number;
  readonly tested: number;
}

/**
 * Mean of first − second over folds and repeats, with its 95 % interval by the corrected resampled t; without an interval of a single
 * pair, and refused of none. `n`: the number of pairs. Details: `standard_error`, and `wins`, the share of pairs with first above second,
 * ties a half. `bound`: the largest difference there can be, to which the interval is cut; 1 for scores in [0, 1].
 */
export function correctedDifference(pairs: readonly PairedScore[], bound = Infinity): Metric {
  const n = pairs.length;
  if (n === 0) return { value: null, ci95: null, n, refused: 'there is no pair of scores' };
  const differences = pairs.map(({ first, second }) => first - second);
  const value = meanOf(differences);
  const wins = meanOf(differences.map((difference) => (difference > 0 ? 1 : difference === 0 ? 0.5 : 0)));
  if (n === 1) return { value, ci95: null, n, details: { wins } };
  const overlap = meanOf(pairs.map(({ trained, tested }) => tested / trained));
  const error = Math.sqrt((1 / n + overlap) * (squaredDeviations(differences) / (n - 1)));
  const half = studentQuantile(n - 1) * error;
  const ci95 = [Math.max(-bound, value - half), Math.min(bound, value + half)] as const;
  return { value, ci95, n, details: { standard_error: error, wins } };
}

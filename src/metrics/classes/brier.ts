/**
 * Brier score: the mean squared error of probabilities (Brier, "Verification of Forecasts Expressed in Terms of Probability",
 * Monthly Weather Review 1950). Of two classes it is that of the second one's probability, in [0, 1], as is usual; of more the
 * sum over classes, in [0, 2], as Brier wrote it.
 */
import type { Statistic } from '../finding.js';
import { meanStatistic } from '../mean.js';
import type { ClassOutcome } from '../outcome-table.js';

/** Brier score of probabilities `[N, K]`. */
export function brier({ names, labels, probabilities }: ClassOutcome): Statistic {
  const squared = Float64Array.from(probabilities, (row, i) => {
    const errors = row.map((p, k) => (p - (labels[i] === k ? 1 : 0)) ** 2);
    return names.length === 2 ? (errors[1] as number) : errors.reduce((sum, error) => sum + error, 0);
  });
  return meanStatistic(squared);
}

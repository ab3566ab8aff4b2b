/**
 * Shares of right decisions. A row is decided for the class of the highest probability, among equal ones the first.
 */
import { refused, type Statistic } from '../finding.js';
import type { ClassOutcome } from '../outcome-table.js';

/** Index of the class that each row is decided for. `probabilities`: `[N, K]`. */
export function decisionsOf(probabilities: readonly (readonly number[])[]): Int32Array {
  return Int32Array.from(probabilities, (row) => row.indexOf(Math.max(...row)));
}

/** Share of rows that are decided rightly. `decisions`: class index `[N]`, where they are not the most probable ones. */
export function accuracy(
  { labels, probabilities }: ClassOutcome,
  decisions: ArrayLike<number> = decisionsOf(probabilities),
): Statistic {
  return (weights) => {
    let [right, all] = [0, 0];
    for (let row = 0; row < labels.length; row++) {
      all += weights[row] as number;
      if (labels[row] === decisions[row]) right += weights[row] as number;
    }
    return all === 0 ? refused('there is no row') : { value: right / all };
  };
}

/**
 * Balanced accuracy: the mean over classes of the share of their rows that is decided rightly (Brodersen et al., "The Balanced
 * Accuracy and Its Posterior Distribution", ICPR 2010). Refused where a class has no row.
 */
export function balancedAccuracy(
  { names, labels, probabilities }: ClassOutcome,
  decisions: ArrayLike<number> = decisionsOf(probabilities),
): Statistic {
  const right = new Float64Array(names.length);
  const all = new Float64Array(names.length);
  return (weights) => {
    right.fill(0);
    all.fill(0);
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row] as number;
      all[label] = (all[label] as number) + (weights[row] as number);
      if (label === decisions[row]) right[label] = (right[label] as number) + (weights[row] as number);
    }
    const absent = all.indexOf(0);
    if (absent >= 0) return refused(`no row is of class "${names[absent]}"`);
    return { value: right.reduce((sum, hits, k) => sum + hits / (all[k] as number), 0) / names.length };
  };
}

/**
 * Confidence intervals of 95 %.
 */
import type { Rng } from '../core/random.js';

export type Interval = readonly [low: number, high: number];

/** Of a share of `hits` in `count` independent trials (Wilson 1927); meaningful for small counts and near 0 or 1. */
export function wilson(hits: number, count: number): Interval {
  if (count === 0) return [0, 1];
  const z = 1.959964;
  const share = hits / count;
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [centre - half, centre + half];
}

/** Two-sided 97.5 % quantiles of Student's t by degrees of freedom, 1 to 10; beyond, the normal's is near enough. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228] as const;

/** Of the mean of a few independent values, such as one per seed (Student's t). A single value gives no interval. */
export function studentInterval(values: readonly number[]): Interval {
  const n = values.length;
  const mean = meanOf(values);
  if (n < 2) return [-Infinity, Infinity];
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = (quantiles[n - 2] ?? 2.1) * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}

/** Of a mean over groups whose members are not independent, such as crops of a patient: groups are drawn anew. */
export function bootstrap(groups: readonly (readonly number[])[], rng: Rng, draws = 1000): Interval {
  if (groups.length === 0) return [-Infinity, Infinity];
  const sums = groups.map((group) => group.reduce((sum, value) => sum + value, 0));
  const means = Array.from({ length: draws }, () => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < groups.length; i++) {
      const pick = rng.int(groups.length);
      sum += sums[pick] ?? 0;
      count += groups[pick]?.length ?? 0;
    }
    return sum / count;
  }).sort((a, b) => a - b);
  const at = (share: number): number => means[Math.min(draws - 1, Math.floor(share * draws))] ?? NaN;
  return [at(0.025), at(0.975)];
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/**
 * DeLong's interval of an area under the curve, from the variance of placements, for independent rows.
 *
 * Sources: DeLong, DeLong and Clarke-Pearson, "Comparing the Areas under Two or More Correlated Receiver Operating
 * Characteristic Curves: a Nonparametric Approach", Biometrics 1988; by mid-ranks in O(N log N), Sun and Xu, "Fast Implementation
 * of DeLong's Algorithm", IEEE Signal Processing Letters 2014.
 */
import { squaredDeviations } from '../../core/statistics/descriptive.js';
import { NORMAL_975 } from '../../core/statistics/normal.js';
import type { Interval } from '../../core/statistics/intervals.js';
import { ascendingOrder } from '../order.js';

export interface DeLong {
  readonly value: number;
  readonly variance: number;
  /** 95 %, cut to [0, 1]. */
  readonly interval: Interval;
}

/** Area with DeLong's interval; null where a class has fewer than two rows, from which no variance follows. */
export function deLong(positive: ArrayLike<number>, scores: ArrayLike<number>): DeLong | null {
  const rows = Array.from(scores, (_, row) => row);
  const [hits, others] = [
    rows.filter((row) => positive[row] === 1),
    rows.filter((row) => positive[row] !== 1),
  ];
  const [m, n] = [hits.length, others.length];
  if (m < 2 || n < 2) return null;
  const all = midRanks(scores, rows);
  const [ofHits, ofOthers] = [midRanks(scores, hits), midRanks(scores, others)];
  // Shares of the other class that a row is right about.
  const hitPlaces = hits.map((row, i) => ((all[row] as number) - (ofHits[i] as number)) / n);
  const otherPlaces = others.map((row, i) => 1 - ((all[row] as number) - (ofOthers[i] as number)) / m);
  const value = hitPlaces.reduce((sum, place) => sum + place, 0) / m;
  const variance = squaredDeviations(hitPlaces) / (m - 1) / m + squaredDeviations(otherPlaces) / (n - 1) / n;
  const half = NORMAL_975 * Math.sqrt(variance);
  return { value, variance, interval: [Math.max(0, value - half), Math.min(1, value + half)] };
}

/** Ranks from 1 of some rows' scores among themselves, tied ones the mean of theirs. */
function midRanks(scores: ArrayLike<number>, rows: readonly number[]): Float64Array {
  const own = rows.map((row) => scores[row] as number);
  const order = ascendingOrder(own);
  const ranks = new Float64Array(own.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && own[order[to] as number] === own[order[from] as number]) to++;
    for (let i = from; i < to; i++) ranks[order[i] as number] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

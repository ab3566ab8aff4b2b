/**
 * Kendall's rank correlation τ-b: the share of pairs that two gradings of the same things order alike, less the share
 * that they order the other way, with pairs that are tied in either taken out of its scale.
 *
 * Sources: Kendall, "The Treatment of Ties in Ranking Problems", Biometrika 1945; the interval is Bonett and Wright,
 * "Sample Size Requirements for Estimating Pearson, Kendall and Spearman Correlations", Psychometrika 2000; the
 * difference of two dependent τ, jackknifed over things: Arvesen, Annals of Mathematical Statistics 1969.
 */
import { squaredDeviations } from './descriptive.js';
import type { Estimate, Interval } from './intervals.js';
import { NORMAL_975 } from './normal.js';
import { studentQuantile } from './students-t.js';

/** A thing's two grades. Only pairs of one group, such as one rung, are compared. */
export interface Graded {
  readonly a: number;
  readonly b: number;
  readonly group: number;
}

export interface Correlation {
  readonly tau: number;
  /** 95 %. */
  readonly interval: Interval;
}

interface PairCounts {
  /** Pairs ordered alike less pairs ordered the other way. */
  concordance: number;
  /** Pairs that are not tied in a, and in b. */
  a: number;
  b: number;
}

/** τ-b of two lists of equal length, in [−1, 1]; 0 where one of them is constant. */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  const items = a.map((value, i) => ({ a: value, b: b[i] ?? 0, group: 0 }));
  return tauOf(countPairs(items).whole);
}

/** τ-b with its 95 % interval; null where there are fewer than five things. */
export function kendall(items: readonly Graded[]): Correlation | null {
  if (items.length < 5) return null;
  const { whole } = countPairs(items);
  const tau = tauOf(whole);
  // One discordant pair short of perfect, so that few things never give an interval of no width.
  const limit = 1 - 2 / Math.max(2, Math.min(whole.a, whole.b));
  const z = Math.atanh(Math.max(-limit, Math.min(limit, tau)));
  const half = NORMAL_975 * Math.sqrt(0.437 / (items.length - 4));
  return { tau, interval: [Math.tanh(z - half), Math.tanh(z + half)] };
}

/** The τ-b of `a` less that of `b`, gradings of the same things in the same order, with its 95 % interval by the jackknife. */
export function kendallDifference(a: readonly Graded[], b: readonly Graded[]): Estimate {
  const [first, second] = [countPairs(a), countPairs(b)];
  const value = tauOf(first.whole) - tauOf(second.whole);
  const n = a.length;
  const leftOut = a.map(
    (_, i) => tauOf(without(first.whole, first.own[i])) - tauOf(without(second.whole, second.own[i])),
  );
  const half = studentQuantile(n - 1) * Math.sqrt(((n - 1) / n) * squaredDeviations(leftOut));
  return { value, interval: [value - half, value + half] };
}

/** Counts over all pairs of a group, and over those with each one thing. */
function countPairs(items: readonly Graded[]): {
  readonly whole: PairCounts;
  readonly own: readonly PairCounts[];
} {
  const none = (): PairCounts => ({ concordance: 0, a: 0, b: 0 });
  const own = items.map(none);
  const whole = none();
  items.forEach((first, i) => {
    for (let j = i + 1; j < items.length; j++) {
      const second = items[j];
      if (second === undefined || second.group !== first.group) continue;
      const [byA, byB] = [Math.sign(first.a - second.a), Math.sign(first.b - second.b)];
      for (const counts of [whole, own[i], own[j]]) {
        if (counts === undefined) continue;
        counts.concordance += byA * byB;
        counts.a += Math.abs(byA);
        counts.b += Math.abs(byB);
      }
    }
  });
  return { whole, own };
}

function without(whole: PairCounts, own: PairCounts | undefined): PairCounts {
  return {
    concordance: whole.concordance - (own?.concordance ?? 0),
    a: whole.a - (own?.a ?? 0),
    b: whole.b - (own?.b ?? 0),
  };
}

function tauOf({ concordance, a, b }: PairCounts): number {
  return a === 0 || b === 0 ? 0 : concordance / Math.sqrt(a * b);
}

/**
 * Reference values are those of scipy.stats.kendalltau, SciPy 1.17.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import {
  kendall,
  kendallDifference,
  kendallTau,
  type Graded,
} from '../../../src/core/statistics/rank-correlation.js';

const graded = (pairs: readonly (readonly [number, number])[], group = 0): readonly Graded[] =>
  pairs.map(([a, b]) => ({ a, b, group }));

/** Pairs of normal numbers whose correlation is `r`. */
function correlated(count: number, r: number, seed: number): readonly Graded[] {
  const rng = rngOf('correlated', count, r, seed);
  return Array.from({ length: count }, () => {
    const a = rng.normal();
    return { a, b: r * a + Math.sqrt(1 - r ** 2) * rng.normal(), group: 0 };
  });
}

describe("Kendall's tau", () => {
  it('counts pairs in like and in unlike order', () => {
    expect(kendallTau([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(kendallTau([1, 2, 3, 4], [4, 3, 2, 1])).toBe(-1);
    // 5 pairs alike, 1 unlike.
    expect(kendallTau([1, 2, 3, 4], [1, 3, 2, 4])).toBeCloseTo(4 / 6, 12);
  });

  it("agrees with SciPy's, ties included", () => {
    const plain = [0.31, 0.72, 0.55, 0.12, 0.98, 0.44, 0.63, 0.27, 0.81, 0.05];
    expect(kendallTau(plain, [3, 8, 4, 2, 9, 6, 5, 1, 10, 7])).toBeCloseTo(0.5555555555555555, 14);
    const [a, b] = [
      [1, 2, 2, 4, 5, 5, 5, 8, 9, 10],
      [2, 1, 3, 3, 6, 5, 7, 7, 1, 9],
    ];
    expect(kendallTau(a, b)).toBeCloseTo(0.5301589619830678, 14);
    expect(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.4714045207910316, 14);
  });

  it('is 0 where one of the lists is constant', () => {
    expect(kendallTau([1, 1, 1], [1, 2, 3])).toBe(0);
    expect(kendallTau([], [])).toBe(0);
  });

  it('is the same with an interval as without one', () => {
    const items = correlated(25, 0.4, 1);
    const [a, b] = [items.map((item) => item.a), items.map((item) => item.b)];
    expect(kendall(items)?.tau).toBe(kendallTau(a, b));
  });

  it('compares within a group only', () => {
    const one = graded([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const other = graded(
      [
        [9, -3],
        [8, -4],
        [7, -5],
      ],
      1,
    );
    expect(kendall([...one, ...other])?.tau).toBe(1);
  });

  it('has an interval of some width even where all pairs agree', () => {
    const [low, high] = kendall(graded([0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => [i, i] as const)))
      ?.interval ?? [1, 1];
    expect(low).toBeLessThan(0.99);
    expect(high).toBeGreaterThan(low);
  });

  it('has an interval that misses the truth in about one of twenty samples', () => {
    // The tau of a normal pair with correlation r is 2/pi asin r.
    const truth = (2 / Math.PI) * Math.asin(0.6);
    const missed = Array.from({ length: 300 }, (_, seed) => {
      const [low, high] = kendall(correlated(30, 0.6, seed))?.interval ?? [0, 0];
      return truth < low || truth > high;
    }).filter(Boolean).length;
    expect(missed / 300).toBeGreaterThan(0.01);
    expect(missed / 300).toBeLessThan(0.1);
  });

  it('has no interval for fewer than five things', () => {
    expect(kendall(correlated(4, 0.6, 0))).toBeNull();
  });
});

describe('the difference of two correlations with the same target', () => {
  it('is that of the two, within its interval', () => {
    const target = correlated(40, 0, 7).map(({ a }) => a);
    const near = target.map((b, i) => ({ a: b + (i % 3), b, group: 0 }));
    const far = target.map((b, i) => ({ a: i, b, group: 0 }));
    const { value, interval } = kendallDifference(near, far);
    expect(value).toBeCloseTo((kendall(near)?.tau ?? NaN) - (kendall(far)?.tau ?? NaN), 14);
    expect(interval[0]).toBeLessThan(value);
    expect(interval[1]).toBeGreaterThan(value);
    expect(kendallDifference(near, near)).toEqual({ value: 0, interval: [0, 0] });
  });

  it('lies within its interval in about 19 of 20 samples', () => {
    // Both gradings see the same truth through noise of its own, so that the true difference is 0.
    const missed = Array.from({ length: 300 }, (_, seed) => {
      const rng = rngOf('difference', seed);
      const truth = Array.from({ length: 20 }, () => rng.normal());
      const seen = (): readonly Graded[] =>
        truth.map((b) => ({ a: 0.7 * b + 0.7 * rng.normal(), b, group: 0 }));
      const [low, high] = kendallDifference(seen(), seen()).interval;
      return low > 0 || high < 0;
    }).filter(Boolean).length;
    expect(missed / 300).toBeGreaterThan(0.005);
    expect(missed / 300).toBeLessThan(0.1);
  });
});

import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import type { TrustRow } from '../../src/store/auxiliary-queries.js';
import { kendall } from '../../src/study/rank-correlation.js';
import { trustReports } from '../../src/study/trust.js';

const graded = (pairs: readonly (readonly [number, number])[], group = 0) =>
  pairs.map(([a, b]) => ({ a, b, group }));

/** `signal`: how much of the full score shows in the search's score, in the parameter count. */
function rows(count: number, signal: { score: number; params: number }, seed = 0): TrustRow[] {
  const rng = rngOf('trust rows', count, seed);
  return Array.from({ length: count }, (_, number) => {
    const full = rng.normal();
    const seen = (share: number): number => share * full + Math.sqrt(1 - share ** 2) * rng.normal();
    return { number, rung: 0, params: seen(signal.params), score: seen(signal.score), full, probe: null };
  });
}

const verdictOf = (all: readonly TrustRow[]): string | undefined => trustReports(all)[0]?.verdict;

describe("Kendall's tau", () => {
  it('agrees with values computed by scipy.stats.kendalltau, ties included', () => {
    const plain = graded([
      [12, 1],
      [2, 4],
      [1, 7],
      [12, 1],
      [2, 0],
    ]);
    expect(kendall(plain)?.tau).toBeCloseTo(-0.47140452, 7);
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
    // Of a normal pair with correlation r, tau is 2/pi asin r.
    const truth = (2 / Math.PI) * Math.asin(0.6);
    const missed = Array.from({ length: 300 }, (_, seed) => {
      const sample = rows(30, { score: 0.6, params: 0 }, seed);
      const { interval } = kendall(graded(sample.map(({ score, full }) => [score, full]))) ?? {
        interval: [0, 0],
      };
      return truth < (interval[0] ?? 0) || truth > (interval[1] ?? 0);
    }).filter(Boolean).length;
    expect(missed / 300).toBeGreaterThan(0.01);
    expect(missed / 300).toBeLessThan(0.1);
  });
});

describe('the trust meter', () => {
  it('says that there are too few before it says anything', () => {
    expect(verdictOf(rows(7, { score: 0.9, params: 0 }))).toBe('too few');
  });

  it('tells scores that rank better than size from those that do not', () => {
    expect(verdictOf(rows(60, { score: 0.95, params: 0.1 }))).toBe('better');
    expect(verdictOf(rows(60, { score: 0.1, params: 0.95 }))).toBe('worse');
  });

  it('rarely takes two equally good rankings for different ones', () => {
    const wrong = Array.from({ length: 200 }, (_, seed) =>
      verdictOf(rows(20, { score: 0.6, params: 0.6 }, seed)),
    ).filter((verdict) => verdict !== 'no better').length;
    expect(wrong / 200).toBeLessThan(0.1);
  });

  it('reports the probe beside the full score where features were probed', () => {
    const probed = rows(12, { score: 0.9, params: 0 }).map((row) => ({ ...row, probe: row.full }));
    expect(trustReports(probed).map(({ target }) => target)).toEqual(['full score', 'probe']);
  });
});

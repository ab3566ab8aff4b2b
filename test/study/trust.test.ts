import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import type { TrustRow } from '../../src/store/auxiliary-queries.js';
import { trustReports } from '../../src/study/trust.js';

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

/**
 * The corrected resampled t against its formula, and its coverage where training sets overlap.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { correctedDifference, type PairedScore } from '../../../src/metrics/intervals/corrected-t.js';

const pairs = (differences: readonly number[], trained = 80, tested = 20): PairedScore[] =>
  differences.map((difference) => ({ first: 0.5 + difference, second: 0.5, trained, tested }));

describe('the corrected difference', () => {
  it('is the mean with the interval of Nadeau and Bengio, counted by hand', () => {
    const { value, ci95, n, details } = correctedDifference(pairs([0.1, 0.2, 0.3, 0.0, 0.15]));
    const variance = (0.05 ** 2 + 0.05 ** 2 + 0.15 ** 2 + 0.15 ** 2) / 4;
    const half = 2.7764 * Math.sqrt((1 / 5 + 20 / 80) * variance);
    expect(value).toBeCloseTo(0.15, 12);
    expect(ci95?.[0]).toBeCloseTo(0.15 - half, 12);
    expect(ci95?.[1]).toBeCloseTo(0.15 + half, 12);
    expect(n).toBe(5);
    expect(details?.['standard_error']).toBeCloseTo(half / 2.7764, 12);
    expect(details?.['wins']).toBe(0.9);
  });

  it('is cut to what differences can be', () => {
    expect(correctedDifference(pairs([0.9, -0.4]), 1).ci95).toEqual([-1, 1]);
  });

  it('holds the truth about as often as it says where folds share their training rows, and plain Student does not', () => {
    // Learners whose score is the mean of noise of the rows they were trained on and tested with, so that folds are alike.
    const rng = rngOf(7, 'coverage');
    let [held, plain] = [0, 0];
    const studies = 400;
    for (let study = 0; study < studies; study++) {
      const noise = Array.from({ length: 50 }, () => rng.normal());
      const differences = Array.from({ length: 15 }, () => {
        const tested = new Set(rng.sample([...noise.keys()], 10));
        const mean = (rows: number[]): number =>
          rows.reduce((sum, row) => sum + (noise[row] ?? 0), 0) / rows.length;
        return mean([...tested]);
      });
      const { ci95, value, details } = correctedDifference(pairs(differences, 40, 10));
      if ((ci95?.[0] ?? 1) <= 0 && (ci95?.[1] ?? -1) >= 0) held++;
      const error = (details?.['standard_error'] ?? NaN) * Math.sqrt(1 / 15 / (1 / 15 + 10 / 40));
      if (Math.abs(value ?? NaN) <= 2.1448 * error) plain++;
    }
    expect(held / studies).toBeGreaterThan(0.92);
    expect(plain / studies).toBeLessThan(0.85);
  });

  it('has no interval of a single pair, and is refused of none', () => {
    expect(correctedDifference(pairs([0.1]))).toMatchObject({ ci95: null, n: 1, details: { wins: 1 } });
    expect(correctedDifference([])).toEqual({
      value: null,
      ci95: null,
      n: 0,
      refused: 'there is no pair of scores',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { nonNegativeLeastSquares } from '../../../src/core/linear-algebra/least-squares.js';
import { rngOf } from '../../../src/core/random.js';

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('least squares without negative coefficients', () => {
  it('recover what the targets were made of, in any units, zeros among them', () => {
    const truth = [3e-6, 0, 0.25, 40, 0];
    const units = [1e6, 1, 100, 1, 1e-3];
    const rng = rngOf('recover');
    const rows = Array.from({ length: 24 }, () => units.map((unit) => unit * rng.uniform(0, 1)));
    const found = nonNegativeLeastSquares(
      rows,
      rows.map((row) => dot(row, truth)),
    );
    for (const [j, value] of truth.entries()) {
      expect(Math.abs((found[j] ?? NaN) - value) * (units[j] ?? 0)).toBeLessThan(1e-6);
    }
  });

  it('keep the conditions of the minimum where the plain solution has negative coefficients', () => {
    for (let seed = 0; seed < 50; seed++) {
      const rng = rngOf('conditions', seed);
      const rows = Array.from({ length: 12 }, () => Array.from({ length: 5 }, () => rng.normal()));
      const targets = rows.map(() => rng.normal());
      const x = nonNegativeLeastSquares(rows, targets);
      const residuals = rows.map((row, i) => dot(row, x) - (targets[i] ?? 0));
      expect(x.every((value) => value >= 0)).toBe(true);
      for (const [j, value] of x.entries()) {
        const slope = dot(
          residuals,
          rows.map((row) => row[j] ?? 0),
        );
        if (value > 0) expect(Math.abs(slope)).toBeLessThan(1e-6);
        else expect(slope).toBeGreaterThan(-1e-6);
      }
    }
  });

  it('give zero for a column of zeros, and nothing for no columns', () => {
    const rows = [
      [0, 2],
      [0, 4],
    ];
    const [none, half] = nonNegativeLeastSquares(rows, [1, 2]);
    expect(none).toBe(0);
    expect(half).toBeCloseTo(0.5, 12);
    expect(nonNegativeLeastSquares([], [])).toEqual([]);
  });
});

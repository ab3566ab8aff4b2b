/**
 * Softmax regression with a ridge: at its minimum, by hand, and against scikit-learn where a Python has it.
 */
import { describe, expect, it } from 'vitest';
import { softmaxLosses, softmaxRegression } from '../../../src/core/linear-algebra/softmax-regression.js';
import { rngOf } from '../../../src/core/random.js';
import { meanOf } from '../../../src/core/statistics/descriptive.js';

/** Rows of `width` columns, of which the first tells the class, not without fail. */
function drawn(name: string, count: number, width: number, classes: number) {
  const rng = rngOf('softmax', name);
  const labels = Array.from({ length: count }, (_, row) => row % classes);
  const rows = labels.map((label) =>
    Float64Array.from({ length: width }, (_, column) => rng.normal() + (column === 0 ? label : 0)),
  );
  return { rows, labels, classes };
}

/** Σ −log p + ½ · ridge · ‖w‖². */
function objective(data: ReturnType<typeof drawn>, ridge: number, weights: Float64Array): number {
  const width = weights.length / data.classes;
  const squares = weights.reduce((sum, one, j) => sum + (j % width === width - 1 ? 0 : one ** 2), 0);
  return softmaxLosses(data, weights).reduce((sum, one) => sum + one, 0) + (ridge / 2) * squares;
}

describe('softmax regression', () => {
  it('tells frequencies where columns tell nothing', () => {
    const rows = Array.from({ length: 6 }, () => Float64Array.of(0));
    const weights = softmaxRegression({ rows, labels: [0, 0, 0, 1, 1, 2], classes: 3 }, 1);
    const losses = softmaxLosses({ rows: rows.slice(0, 3), labels: [0, 1, 2], classes: 3 }, weights);
    [1 / 2, 1 / 3, 1 / 6].forEach((share, label) => expect(losses[label]).toBeCloseTo(-Math.log(share), 8));
  });

  it('of two rows is the point where the pull of the classes equals that of the ridge', () => {
    // x = ±1, weights ∓w and ±w: odds 2w for the row of its class. The minimum has 2 · (1 − p) = ridge · w, p = 1 / (1 + e^−2w).
    const data = { rows: [Float64Array.of(-1), Float64Array.of(1)], labels: [0, 1], classes: 2 };
    const [w0 = NaN, c0, w1 = NaN, c1] = softmaxRegression(data, 0.5);
    expect(w0).toBeCloseTo(-w1, 10);
    expect(c0).toBeCloseTo(0, 10);
    expect(c1).toBeCloseTo(0, 10);
    expect(2 * (1 - 1 / (1 + Math.exp(-2 * w1)))).toBeCloseTo(0.5 * w1, 8);
  });

  it.each([
    ['more rows than columns', 60, 3, 2, 1],
    ['more columns than rows', 12, 40, 3, 0.1],
    ['classes that are told apart without fail', 9, 30, 3, 1e-3],
  ])('of %s is at a minimum, wherever it begins', (name, count, width, classes, ridge) => {
    const data = drawn(name, count, width, classes);
    const found = softmaxRegression(data, ridge);
    const least = objective(data, ridge, found);
    const rng = rngOf('softmax', 'away', name);
    for (const size of [1e-3, 0.1, 1]) {
      const away = found.map((one) => one + size * rng.normal());
      expect(objective(data, ridge, away)).toBeGreaterThan(least);
      const again = softmaxRegression(data, ridge, away);
      const differences = again.map((one, j) => Math.abs(one - (found[j] ?? NaN)));
      // Intercepts may differ by what is common to all classes.
      const weights = differences.filter((_, j) => j % (width + 1) < width);
      expect(Math.max(...weights)).toBeLessThan(1e-4);
      expect(objective(data, ridge, again)).toBeCloseTo(least, 8);
    }
    const probability = (row: number) => Math.exp(-(softmaxLosses(data, found)[row] ?? NaN));
    expect(meanOf(data.rows.map((_, row) => probability(row)))).toBeGreaterThan(1 / classes);
  });
});

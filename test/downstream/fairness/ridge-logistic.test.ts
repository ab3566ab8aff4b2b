import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { logOdds, ridgeLogistic } from '../../../src/downstream/fairness/ridge-logistic.js';

function drawn(rows: number, features: number, shift: number) {
  const rng = rngOf('logistic', rows, features);
  const positive = Array.from({ length: rows }, (_, i) => i % 3 === 0);
  const x = positive.map((yes) =>
    Float64Array.from({ length: features }, () => rng.normal() + (yes ? shift : 0)),
  );
  return { x, positive };
}

/** Largest element of the gradient of the objective: 0 at the minimum, which is the only one since it is strictly convex. */
function gradientAt(
  { x, positive }: ReturnType<typeof drawn>,
  ridge: number,
  model: ReturnType<typeof ridgeLogistic>,
): number {
  const excess = x.map((row, i) => 1 / (1 + Math.exp(-logOdds(model, row))) - (positive[i] === true ? 1 : 0));
  const weights = Array.from(model.weights, (weight, j) =>
    x.reduce((sum, row, i) => sum + (excess[i] ?? NaN) * (row[j] ?? NaN), ridge * weight),
  );
  return Math.max(...weights.map(Math.abs), Math.abs(excess.reduce((sum, one) => sum + one, 0)));
}

describe('logistic regression with a ridge', () => {
  it.each([
    ['few features', 60, 3, 0.5],
    ['more features than rows', 30, 80, 0.3],
    ['classes that a plane parts, where no minimum exists without the ridge', 40, 2, 8],
    ['a single feature', 50, 1, 1],
  ])('reaches the minimum with %s', (_, rows, features, shift) => {
    const set = drawn(rows, features, shift);
    for (const ridge of [0.01, 1, 100]) {
      expect(gradientAt(set, ridge, ridgeLogistic(set.x, set.positive, ridge))).toBeLessThan(1e-5);
    }
  });

  it('of no feature gives the odds of the frequencies', () => {
    const model = ridgeLogistic(
      [0, 1, 2, 3].map(() => new Float64Array(0)),
      [true, false, false, false],
      1,
    );
    expect(model.intercept).toBeCloseTo(Math.log(1 / 3), 8);
  });
});

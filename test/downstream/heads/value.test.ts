/**
 * The exact solution of the head `value`.
 */
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { tensor, type Tensor } from '../../../src/core/tensor.js';
import { penaltyOf } from '../../../src/downstream/head.js';
import { heads } from '../../../src/downstream/heads/index.js';
import { solveValue } from '../../../src/downstream/heads/value-solution.js';
import { fitModel } from '../../../src/downstream/training/fit-model.js';
import { predictWith } from '../../../src/downstream/training/predict.js';
import { jobOf, table } from '../training/support.js';

const value = present(heads['value'], 'value');
const weightsOf = (features: Tensor, targets: readonly number[], penalty?: number) => {
  const { weights } = solveValue(features, targets, penalty);
  return {
    weights: [...present(weights['head.fc.weight'], 'weights').data],
    bias: present(weights['head.fc.bias'], 'bias').data[0] ?? NaN,
  };
};

/** Rows of which the first three columns tell the value, with noise; the others tell nothing. */
function cohort(name: string, rows: number, columns: number, noise: number) {
  const rng = rngOf('value', name);
  const features = table(rows, columns, (_, column) => 10 * column + rng.normal());
  const values = Array.from({ length: rows }, (_, row) => {
    const [a = 0, b = 0, c = 0] = features.data.subarray(row * columns, row * columns + 3);
    return 100 + 2 * (a + (b - 10) - (c - 20)) + noise * rng.normal();
  });
  return {
    features,
    targets: { kind: 'value', values } as const,
    patients: values.map((_, row) => `${name}-${row}`),
  };
}

/** R² around the mean of the values told. */
function explained(values: readonly number[], told: Tensor | undefined): number {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const sum = (of: (one: number, row: number) => number) =>
    values.reduce((all, one, row) => all + of(one, row) ** 2, 0);
  return 1 - sum((one, row) => one - (told?.data[row] ?? NaN)) / sum((one) => one - mean);
}

describe('the solution of the head value', () => {
  it('is the line of least squares with a penalty of 0, and flatter with one, as counted by hand', () => {
    const features = tensor([3, 1], Float32Array.of(4, 5, 6));
    // Without: 3/2 · x − 15/2. With 8/3: ridge 3 · 8/3 / 2 = 4, so that the weight is 3 / (2 + 4).
    expect(weightsOf(features, [-2, 1, 1], 0)).toEqual({ weights: [1.5], bias: -7.5 });
    const { weights, bias } = weightsOf(features, [-2, 1, 1], 8 / 3);
    expect(weights[0]).toBeCloseTo(0.5, 6);
    expect(bias).toBeCloseTo(-2.5, 6);
  });

  it('tells the penalty that it chose, which gives the same weights where it is given', () => {
    for (const [rows, columns] of [
      [40, 6],
      [20, 50],
    ] as const) {
      const { features, targets } = cohort(`penalty of ${rows}`, rows, columns, 3);
      const chosen = solveValue(features, targets.values, undefined);
      expect(chosen.penalty).toBeGreaterThan(0);
      const given = solveValue(features, targets.values, chosen.penalty);
      expect(given.penalty).toBeUndefined();
      expect(given.weights).toEqual(chosen.weights);
      const other = solveValue(features, targets.values, 10 * (chosen.penalty ?? 0));
      expect(other.weights).not.toEqual(chosen.weights);
    }
  });

  it('gives constant columns no weight, and the mean where all are constant', () => {
    const [x, y] = [
      [1, 2, 4, 7],
      [0, 2, 1, 3],
    ];
    const alone = weightsOf(
      table(4, 1, (row) => x[row] ?? 0),
      y,
      0,
    );
    const both = weightsOf(
      table(4, 2, (row, column) => (column === 0 ? 5 : (x[row] ?? 0))),
      y,
      0,
    );
    expect(both).toEqual({ weights: [0, ...alone.weights], bias: alone.bias });
    expect(
      weightsOf(
        table(4, 2, () => 5),
        y,
      ),
    ).toEqual({ weights: [0, 0], bias: 1.5 });
  });

  it('is refused in one line where a penalty of 0 leaves weights open, and found with a choice', () => {
    const { features, targets } = cohort('open', 8, 20, 0);
    expect(() => solveValue(features, targets.values, 0)).toThrow(
      /^least squares of head value: 8 rows do not tell the weights of 20 columns, .*leave "penalty"/,
    );
    const twice = table(8, 2, (row, column) => (column + 1) * row);
    expect(() => solveValue(twice, targets.values, 0)).toThrow(/follows from the columns before it/);
    expect(weightsOf(twice, targets.values).weights.every(Number.isFinite)).toBe(true);
  });

  it('chooses a weak penalty where the rows tell the value, and a strong one where they do not', () => {
    const clear = cohort('clear', 60, 6, 0.01);
    const [a = 0, b = 0, c = 0, ...others] = weightsOf(clear.features, clear.targets.values).weights;
    for (const [weight, true_] of [
      [a, 2],
      [b, 2],
      [c, -2],
    ] as const)
      expect(weight).toBeCloseTo(true_, 1);
    for (const one of others) expect(Math.abs(one)).toBeLessThan(0.05);
    const rng = rngOf('nothing');
    const noise = Array.from({ length: 60 }, () => rng.normal());
    const { weights } = weightsOf(clear.features, noise);
    for (const one of weights) expect(Math.abs(one)).toBeLessThan(0.15);
  });

  it('leaves all rows of a patient out together, so that copies of a row do not vouch for each other', () => {
    const { features, targets } = cohort('copies', 12, 8, 3);
    const whose = targets.values.map((_, row) => `p${row}`);
    const once = present(solveValue(features, targets.values, undefined, whose).penalty, 'penalty');
    const copies = [0, 1, 2].flatMap(() => targets.values.map((_, row) => row));
    const many = table(36, 8, (row, column) => features.data[(copies[row] ?? NaN) * 8 + column] ?? NaN);
    const values = copies.map((row) => targets.values[row] ?? NaN);
    const patients = copies.map((row) => `p${row}`);
    expect(solveValue(many, values, undefined, patients).penalty).toBeCloseTo(once, 6);
    expect(solveValue(many, values, undefined).penalty).toBeLessThan(once / 10);
  });

  it('tells the mean where two rows are all that there is', () => {
    const { weights, bias } = weightsOf(tensor([2, 1], Float32Array.of(0, 1)), [-1, 1]);
    expect(Math.abs(weights[0] ?? NaN)).toBeLessThan(1e-3);
    expect(bias).toBeCloseTo(0, 3);
  });

  it('is taken by a task without a penalty, which is handed on as it is where there is one', () => {
    expect(penaltyOf(value, undefined)).toBeUndefined();
    expect(penaltyOf(value, 0)).toBe(0);
    expect(penaltyOf(present(heads['cox'], 'cox'), undefined)).toBe(0);
  });
});

describe('fitting the head value to few rows of many columns', () => {
  it('does not extrapolate: it is about as good as the mean where it cannot be better, and better with more rows', async () => {
    const test = cohort('test', 200, 80, 1);
    const scores: number[] = [];
    for (const rows of [10, 40, 160]) {
      for (let repeat = 0; repeat < 3; repeat++) {
        const job = jobOf({ head: 'value' }, cohort(`train-${repeat}`, rows, 80, 1));
        const model = await fitModel(job);
        expect([model.steps, model.best]).toEqual([0, 0]);
        const told = await predictWith(model, job, test);
        scores.push(explained(test.targets.values, told['value']));
      }
    }
    const [ten, forty, most] = [scores.slice(0, 3), scores.slice(3, 6), scores.slice(6)];
    for (const one of ten) expect(one).toBeGreaterThan(-0.5);
    for (const one of forty) expect(one).toBeGreaterThan(0);
    for (const one of most) expect(one).toBeGreaterThan(0.75);
  });

  it('goes by steps where it has a hidden layer', async () => {
    const job = jobOf({ head: 'value', hidden: 3, training: { steps: 5 } }, cohort('hidden', 20, 4, 1));
    expect((await fitModel(job)).steps).toBe(5);
  });
});

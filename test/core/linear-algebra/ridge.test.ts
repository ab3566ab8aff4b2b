/**
 * Ridge regression against numbers worked out by hand, and against singular values.
 */
import { describe, expect, it } from 'vitest';
import { crossValidated, ridgeRegression } from '../../../src/core/linear-algebra/ridge.js';
import { rngOf } from '../../../src/core/random.js';
import { meanOf } from '../../../src/core/statistics/descriptive.js';
import { needsPython, python, runPython } from '../../support/python.js';

const centred = (values: readonly number[]): Float64Array => {
  const mean = meanOf([...values]);
  return Float64Array.from(values, (value) => value - mean);
};
const drawn = (rows: number, columns: number, name: string): Float64Array[] => {
  const rng = rngOf('ridge', name);
  return Array.from({ length: columns }, () => centred(Array.from({ length: rows }, () => rng.normal())));
};

/** Fits by the singular values of X, in NumPy: weights, squared residuals, and errors of fits without each group, made one by one. */
const NUMPY = `
import json, sys, numpy as np
columns, y, ridges, groups = json.loads(sys.argv[1])
x, y = np.array(columns).T, np.array(y)
def fit(x, y, ridge):
    mean = x.mean(0)
    u, d, vt = np.linalg.svd(x - mean, full_matrices=False)
    w = vt.T @ (d / (d**2 + ridge) * (u.T @ (y - y.mean())))
    return w, y.mean() - mean @ w
out = []
for ridge in ridges:
    w, bias = fit(x, y, ridge)
    errors = np.empty(len(y))
    for group in groups:
        v, c = fit(np.delete(x, group, 0), np.delete(y, group), ridge)
        errors[group] = y[group] - x[group] @ v - c
    out.append([w.tolist(), float(((y - x @ w - bias) ** 2).sum()), errors.tolist()])
print(json.dumps(out))
`;

describe('ridge regression', () => {
  it('of one column is its product with the targets over its squares and the ridge', () => {
    const x = Float64Array.of(-1, 0, 1);
    const y = Float64Array.of(-2, 1, 1);
    // Product 3, squares 2: the weight is 3 / (2 + 4) = 1/2, the residuals −3/2, 1, 1/2; the hat matrix with the
    // mean has the diagonal 1/3 + 1/6, 1/3, 1/3 + 1/6.
    const fit = ridgeRegression([x], y)(4);
    expect(fit.weights[0]).toBeCloseTo(0.5, 12);
    expect(fit.residual).toBeCloseTo(3.5, 12);
    [-3, 1.5, 1].forEach((error, row) => expect(fit.leftOut[row]).toBeCloseTo(error, 12));
    expect(crossValidated(fit)).toBeCloseTo((9 + 2.25 + 1) / 3, 12);
    const plain = ridgeRegression([x], y)(0);
    expect(plain.weights[0]).toBeCloseTo(1.5, 12);
    // Without the middle row the line goes through the others, −2 and 1: it tells −1/2.
    expect(plain.leftOut[1]).toBeCloseTo(1.5, 12);
  });

  it('is the same by the products of rows as by those of columns', () => {
    const columns = drawn(9, 4, 'both ways');
    const targets = drawn(9, 1, 'targets')[0] ?? new Float64Array();
    // Columns of zeros change nothing, but make them as many as rows.
    const padded = [...columns, ...Array.from({ length: 7 }, () => new Float64Array(9))];
    for (const ridge of [0.01, 1, 100]) {
      const narrow = ridgeRegression(columns, targets)(ridge);
      const wide = ridgeRegression(padded, targets)(ridge);
      narrow.weights.forEach((one, k) => expect(wide.weights[k]).toBeCloseTo(one, 10));
      expect([...wide.weights.slice(4)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
      expect(wide.residual).toBeCloseTo(narrow.residual, 10);
      narrow.leftOut.forEach((one, row) => expect(wide.leftOut[row]).toBeCloseTo(one, 8));
    }
  });

  it('leaves open what a row alone tells, where there is no ridge', () => {
    const fit = ridgeRegression([centred([0, 0, 0, 1])], centred([1, 2, 3, 9]))(0);
    expect(fit.leftOut[3]).toBe(Infinity);
    expect(fit.leftOut[0]).toBeCloseTo(1 - 2.5, 12);
    // Without its pair neither: the others do not tell the weight of the column.
    const pairs = ridgeRegression([centred([0, 0, 1, 1])], centred([1, 2, 3, 9]), [
      [0, 1],
      [2, 3],
    ]);
    expect([...pairs(0).leftOut]).toEqual([Infinity, Infinity, Infinity, Infinity]);
    expect(pairs(1).leftOut.every(Number.isFinite)).toBe(true);
  });

  it('tells which column follows from those before it, where there is no ridge', () => {
    const [a = new Float64Array(), b = new Float64Array()] = drawn(9, 2, 'follows');
    const fit = ridgeRegression([a, b, a.map((one, row) => 2 * one - (b[row] ?? NaN))], a);
    expect(fit(0).unidentified).toBe(2);
    expect(fit(1)).not.toHaveProperty('unidentified');
    expect(ridgeRegression([a, b], a)(0)).not.toHaveProperty('unidentified');
  });

  it.skipIf(python === undefined).each([
    ['more rows than columns', 30, 5, 1],
    ['as many', 12, 12, 1],
    ['more columns than rows', 10, 40, 1],
    ['more rows than columns, left out by threes', 30, 5, 3],
    ['more columns than rows, left out by twos', 10, 40, 2],
  ])(`of %s is what singular values give ${needsPython}`, (_, rows, width, together) => {
    // Groups are no neighbours.
    const count = rows / together;
    const groups = Array.from({ length: count }, (_, group) =>
      Array.from({ length: together }, (_, i) => i * count + group),
    );
    const columns = drawn(rows, width, `${rows}`);
    const [targets = new Float64Array()] = drawn(rows, 1, 'y');
    const ridges = [1e-3, 0.1, 10, 1e4];
    const asked = JSON.stringify([columns.map((one) => [...one]), [...targets], ridges, groups]);
    const expected = JSON.parse(runPython(NUMPY, [asked])) as [number[], number, number[]][];
    const fitAt = ridgeRegression(columns, targets, groups);
    expected.forEach(([weights, residual, errors], i) => {
      const fit = fitAt(ridges[i] ?? NaN);
      weights.forEach((one, k) => expect(fit.weights[k]).toBeCloseTo(one, 8));
      expect(fit.residual).toBeCloseTo(residual, 8);
      errors.forEach((one, row) => expect(Math.abs((fit.leftOut[row] ?? NaN) - one)).toBeLessThan(1e-6));
    });
  });
});

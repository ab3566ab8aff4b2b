import { describe, expect, it } from 'vitest';
import {
  backwardSolve,
  cholesky,
  forwardSolve,
  inverseTrace,
  logDeterminant,
} from '../../../src/core/linear-algebra/cholesky.js';
import { eigenvalues } from '../../../src/core/linear-algebra/eigenvalues.js';
import {
  entry,
  matrix,
  solve,
  standardised,
  transposedProduct,
  type Matrix,
} from '../../../src/core/linear-algebra/matrix.js';
import { rngOf } from '../../../src/core/random.js';

const random = (rows: number, columns: number, seed: number): Matrix => {
  const rng = rngOf('matrix', seed);
  return matrix(rows, columns, () => rng.normal());
};

const rowsOf = (...rows: readonly (readonly number[])[]): Float64Array[] =>
  rows.map((row) => Float64Array.from(row));

describe("Cholesky's decomposition", () => {
  const textbook = rowsOf([4], [12, 37], [-16, -43, 98]);

  it('is the published one of a textbook matrix, whose determinant is 36', () => {
    const factor = cholesky(textbook, { floor: 1e-12 });
    expect(factor.map((row) => [...row])).toEqual([[2], [6, 1], [-8, 5, 3]]);
    expect(logDeterminant(factor)).toBeCloseTo(Math.log(36), 14);
    // Its inverse has the diagonal 1777/36, 34/9, 1/9.
    expect(inverseTrace(factor)).toBeCloseTo(1777 / 36 + 34 / 9 + 1 / 9, 12);
  });

  it('adds the ridge to the diagonal, and takes no pivot for less than the floor', () => {
    expect(cholesky(rowsOf([1], [0, 7]), { ridge: 8, floor: 1e-12 }).map((row) => [...row])).toEqual([
      [3],
      [0, Math.sqrt(15)],
    ]);
    // The second row repeats the first, so that its pivot is 0.
    expect(cholesky(rowsOf([4], [4, 4]), { floor: 1e-4 }).map((row) => [...row])).toEqual([[2], [2, 1e-2]]);
  });

  it('solves with both factors, column by column, in either order of summation', () => {
    const factor = cholesky(textbook, { floor: 1e-12 });
    // 4x + 12y - 16z and so on, for (x, y, z) = (1, 2, 3) and (0, -1, 1).
    const b = Float64Array.from([-20, -28, -43, -80, 192, 141]);
    for (const order of ['outwards', 'inwards'] as const) {
      const x = backwardSolve(factor, forwardSolve(factor, b, 2), order, 2);
      [1, 0, 2, -1, 3, 1].forEach((value, i) => expect(x[i]).toBeCloseTo(value, 10));
    }
  });
});

describe('matrices', () => {
  it('solve what they multiplied', () => {
    const a = random(20, 6, 1);
    const s = transposedProduct(a, a);
    const x = random(6, 2, 2);
    const b = matrix(6, 2, (i, c) => {
      let sum = 0;
      for (let j = 0; j < 6; j++) sum += entry(s, i, j) * entry(x, j, c);
      return sum;
    });
    solve(s, b).data.forEach((value, i) => expect(value).toBeCloseTo(x.data[i] ?? NaN, 8));
  });

  it('have columns of mean 0 and deviation 1 once standardised, and zeros for constant ones', () => {
    const x = matrix(4, 2, (i, j) => (j === 0 ? [1, 2, 3, 90][i] : 5) ?? NaN);
    const scaled = standardised(x, [0, 1, 2]);
    const step = Math.sqrt(3 / 2);
    [-step, 0, step, 88 * step].forEach((value, i) => expect(entry(scaled, i, 0)).toBeCloseTo(value, 12));
    for (let i = 0; i < 4; i++) expect(entry(scaled, i, 1)).toBe(0);
  });

  it('have eigenvalues whose sum is the trace and whose product is the determinant', () => {
    const [first = 0, second = 0] = eigenvalues(matrix(2, 2, (i, j) => (i === j ? 3 : 1)));
    expect(first).toBeCloseTo(4, 10);
    expect(second).toBeCloseTo(2, 10);
    const a = random(15, 8, 3);
    const gram = transposedProduct(a, a);
    const trace = Array.from({ length: 8 }, (_, i) => entry(gram, i, i)).reduce((x, y) => x + y);
    expect(eigenvalues(gram).reduce((x, y) => x + y)).toBeCloseTo(trace, 6);
    const rows = Array.from({ length: 8 }, (_, i) => gram.data.subarray(8 * i, 8 * i + 8));
    const logs = eigenvalues(gram).reduce((sum, value) => sum + Math.log(value), 0);
    expect(logDeterminant(cholesky(rows, { floor: 1e-12 }))).toBeCloseTo(logs, 8);
  });
});

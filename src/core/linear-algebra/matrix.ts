/**
 * Small dense matrices in float64.
 */
import { meanOf, squaredDeviations } from '../statistics/descriptive.js';
import { backwardSolve, cholesky, forwardSolve } from './cholesky.js';

/** A dense matrix, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function matrix(rows: number, columns: number, at: (row: number, column: number) => number): Matrix {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[i * columns + j] = at(i, j);
  return { rows, columns, data };
}

export function entry({ columns, data }: Matrix, row: number, column: number): number {
  return data[row * columns + column] ?? 0;
}

export function takeRows(x: Matrix, rows: readonly number[]): Matrix {
  return matrix(rows.length, x.columns, (i, j) => entry(x, rows[i] ?? 0, j));
}

/** aᵀ · b. */
export function transposedProduct(a: Matrix, b: Matrix): Matrix {
  const data = new Float64Array(a.columns * b.columns);
  for (let row = 0; row < a.rows; row++) {
    for (let i = 0; i < a.columns; i++) {
      const value = entry(a, row, i);
      for (let j = 0; j < b.columns; j++) {
        data[i * b.columns + j] = (data[i * b.columns + j] ?? 0) + value * entry(b, row, j);
      }
    }
  }
  return { rows: a.columns, columns: b.columns, data };
}

/** The x with s · x = b, for a symmetric positive definite s. */
export function solve(s: Matrix, b: Matrix): Matrix {
  const rows = Array.from({ length: s.rows }, (_, i) => s.data.subarray(i * s.columns, (i + 1) * s.columns));
  const factor = cholesky(rows, { floor: 1e-12 });
  const half = forwardSolve(factor, b.data, b.columns);
  return { rows: s.rows, columns: b.columns, data: backwardSolve(factor, half, 'outwards', b.columns) };
}

/** The matrix with each column at mean 0 and deviation 1 over the rows named; constant columns become zeros. */
export function standardised(x: Matrix, over: readonly number[]): Matrix {
  const columns = Array.from({ length: x.columns }, (_, j) => {
    const values = over.map((row) => entry(x, row, j));
    const variance = squaredDeviations(values) / values.length;
    return { mean: meanOf(values), scale: variance > 1e-12 ? 1 / Math.sqrt(variance) : 0 };
  });
  return matrix(
    x.rows,
    x.columns,
    (i, j) => (entry(x, i, j) - (columns[j]?.mean ?? 0)) * (columns[j]?.scale ?? 0),
  );
}

/**
 * The little linear algebra that probes need, in float64.
 */

/** Row-major. */
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

/** Solves s · x = b for a symmetric positive definite s, by Cholesky's decomposition. */
export function solve(s: Matrix, b: Matrix): Matrix {
  const n = s.rows;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = entry(s, i, j);
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] ?? 0) * (lower[j * n + k] ?? 0);
      lower[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (lower[j * n + j] ?? 1);
    }
  }
  const x = Float64Array.from(b.data);
  const m = b.columns;
  const eliminate = (i: number, k: number, factor: number): void => {
    for (let c = 0; c < m; c++) x[i * m + c] = (x[i * m + c] ?? 0) - factor * (x[k * m + c] ?? 0);
  };
  const divide = (i: number): void => {
    for (let c = 0; c < m; c++) x[i * m + c] = (x[i * m + c] ?? 0) / (lower[i * n + i] ?? 1);
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) eliminate(i, k, lower[i * n + k] ?? 0);
    divide(i);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) eliminate(i, k, lower[k * n + i] ?? 0);
    divide(i);
  }
  return { rows: n, columns: m, data: x };
}

/** Columns at mean 0 and deviation 1 over the rows named; constant columns become zeros. */
export function standardised(x: Matrix, over: readonly number[]): Matrix {
  const columns = Array.from({ length: x.columns }, (_, j) => {
    const values = over.map((row) => entry(x, row, j));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, scale: variance > 1e-12 ? 1 / Math.sqrt(variance) : 0 };
  });
  return matrix(
    x.rows,
    x.columns,
    (i, j) => (entry(x, i, j) - (columns[j]?.mean ?? 0)) * (columns[j]?.scale ?? 0),
  );
}

/** Eigenvalues of a symmetric matrix, largest first, by Jacobi rotations. */
export function eigenvalues({ rows: n, data }: Matrix): number[] {
  const a = Float64Array.from(data);
  const at = (i: number, j: number): number => a[i * n + j] ?? 0;
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = at(p, q);
        off += apq ** 2;
        if (Math.abs(apq) < 1e-14) continue;
        const theta = (at(q, q) - at(p, p)) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta ** 2 + 1));
        const c = 1 / Math.sqrt(t ** 2 + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [kp, kq] = [at(k, p), at(k, q)];
          a[k * n + p] = c * kp - s * kq;
          a[k * n + q] = s * kp + c * kq;
        }
        for (let k = 0; k < n; k++) {
          const [pk, qk] = [at(p, k), at(q, k)];
          a[p * n + k] = c * pk - s * qk;
          a[q * n + k] = s * pk + c * qk;
        }
      }
    }
    if (off < 1e-18) break;
  }
  return Array.from({ length: n }, (_, i) => at(i, i)).sort((x, y) => y - x);
}

/**
 * Cholesky's decomposition of symmetric positive definite matrices, and what is solved with it, in float64.
 *
 * The order of each sum is part of the contract: a search decides by Gaussian processes and stores probes, so that a sum in
 * another order would change lineages and figures in their last bits.
 *
 * Source: Golub and Van Loan, "Matrix Computations", 4th edition, 2013, sections 3.1 and 4.2.
 */

/** Rows of a lower triangular matrix; elements beyond the diagonal are not read. */
export type LowerTriangle = readonly Float64Array[];

export interface CholeskyOptions {
  /** Added to the diagonal. */
  readonly ridge?: number;
  /** The least that a squared pivot is taken for, where rounding made it smaller or negative. */
  readonly floor: number;
}

/** The lower triangular L with L·Lᵀ = matrix + ridge·I, of the rows of a matrix whose lower triangle alone is read. */
export function cholesky(matrix: LowerTriangle, { ridge = 0, floor }: CholeskyOptions): Float64Array[] {
  const rows: Float64Array[] = [];
  matrix.forEach((source, i) => {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : (rows[j] as Float64Array);
      let sum = (source[j] as number) + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      row[j] = i === j ? Math.sqrt(Math.max(sum, floor)) : sum / (other[j] as number);
    }
    rows.push(row);
  });
  return rows;
}

/** The X with L·X = B. `b`: B row by row, each of `columns` elements. */
export function forwardSolve(factor: LowerTriangle, b: Float64Array, columns = 1): Float64Array {
  const x = Float64Array.from(b);
  factor.forEach((row, i) => {
    for (let c = 0; c < columns; c++) {
      let sum = x[i * columns + c] as number;
      for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k * columns + c] as number);
      x[i * columns + c] = sum / (row[i] as number);
    }
  });
  return x;
}

/**
 * The X with Lᵀ·X = B. `b`: B row by row, each of `columns` elements. `order`: from where known elements are subtracted,
 * `outwards` from the diagonal to the last row, or `inwards`.
 */
export function backwardSolve(
  factor: LowerTriangle,
  b: Float64Array,
  order: 'outwards' | 'inwards',
  columns = 1,
): Float64Array {
  const n = factor.length;
  const x = Float64Array.from(b);
  for (let i = n - 1; i >= 0; i--) {
    for (let c = 0; c < columns; c++) {
      let sum = x[i * columns + c] as number;
      for (let step = i + 1; step < n; step++) {
        const k = order === 'outwards' ? step : n + i - step;
        sum -= (factor[k]?.[i] as number) * (x[k * columns + c] as number);
      }
      x[i * columns + c] = sum / (factor[i]?.[i] as number);
    }
  }
  return x;
}

/** Logarithm of the determinant of L·Lᵀ. */
export function logDeterminant(factor: LowerTriangle): number {
  return 2 * factor.reduce((sum, row, i) => sum + Math.log(row[i] as number), 0);
}

/** Trace of the inverse of L·Lᵀ: the sum of the squares of the elements of L's inverse, column by column. */
export function inverseTrace(factor: LowerTriangle): number {
  let trace = 0;
  for (let column = 0; column < factor.length; column++) {
    const x = new Float64Array(factor.length);
    for (let i = column; i < factor.length; i++) {
      const row = factor[i] as Float64Array;
      let sum = i === column ? 1 : 0;
      for (let k = column; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
      x[i] = sum / (row[i] as number);
      trace += (x[i] as number) ** 2;
    }
  }
  return trace;
}

/**
 * Ridge regression: the weights w at which ‖y − X·w‖² + ridge · ‖w‖² is least, for many ridges on the same rows, in float64.
 *
 * Solved by the products of columns, or by those of rows where there are fewer rows: w = (XᵀX + ridge)⁻¹ Xᵀy = Xᵀ (XXᵀ + ridge)⁻¹ y.
 *
 * Source: Hoerl and Kennard, Technometrics 1970; the criterion of a ridge by Golub, Heath and Wahba, "Generalized
 * Cross-Validation as a Method for Choosing a Good Ridge Parameter", Technometrics 1979.
 */
import { backwardSolve, cholesky, forwardSolve, inverseTrace } from './cholesky.js';
import { dot } from './vector.js';

export interface RidgeFit {
  /** Of each column. */
  readonly weights: Float64Array;
  /** Sum of squared residuals. */
  readonly residual: number;
  /** Rows less the trace of the hat matrix, the means that were taken off counted as one of it. */
  readonly freedom: number;
  /** The first column that columns before it explain, where nothing else tells its weight; absent: none. */
  readonly unidentified?: number;
}

/** A column that others explain but for so much of its squares is their combination. */
const COLLINEAR = 1e-9;

/** `columns` and `targets`: centred. At least one column. Without a ridge there must be fewer columns than rows. */
export function ridgeRegression(
  columns: readonly Float64Array[],
  targets: Float64Array,
): (ridge: number) => RidgeFit {
  const rows = targets.length;
  return columns.length < rows ? byColumns(columns, targets) : byRows(transposed(columns, rows), targets);
}

/** Generalised cross-validation: estimates the mean squared error on rows that were not learned from. */
export function crossValidated({ residual, freedom }: RidgeFit, rows: number): number {
  return (rows * residual) / freedom ** 2;
}

function byColumns(columns: readonly Float64Array[], targets: Float64Array): (ridge: number) => RidgeFit {
  const products = productsOf(columns);
  const along = Float64Array.from(columns, (column) => dot(column, targets));
  return (ridge) => {
    const factor = cholesky(products, { ridge, floor: Number.MIN_VALUE });
    const weights = backwardSolve(factor, forwardSolve(factor, along), 'outwards');
    const told = combined(columns, weights);
    const unidentified = factor.findIndex(
      (row, k) => !((row[k] as number) ** 2 > COLLINEAR * ((products[k]?.[k] as number) + ridge)),
    );
    return {
      weights,
      residual: targets.reduce((sum, target, row) => sum + (target - (told[row] as number)) ** 2, 0),
      freedom: targets.length - 1 - columns.length + (ridge === 0 ? 0 : ridge * inverseTrace(factor)),
      ...(unidentified >= 0 && { unidentified }),
    };
  };
}

/** Rows that are centred have no part along the vector of ones, which the ridge alone holds. */
function byRows(rows: readonly Float64Array[], targets: Float64Array): (ridge: number) => RidgeFit {
  const products = productsOf(rows);
  return (ridge) => {
    const factor = cholesky(products, { ridge, floor: Number.MIN_VALUE });
    const shares = backwardSolve(factor, forwardSolve(factor, targets), 'outwards');
    return {
      weights: combined(rows, shares),
      residual: ridge ** 2 * dot(shares, shares),
      freedom: ridge * inverseTrace(factor) - 1,
    };
  };
}

/** Lower triangle of the inner products of vectors. */
function productsOf(vectors: readonly Float64Array[]): Float64Array[] {
  return vectors.map((one, i) => Float64Array.from({ length: i + 1 }, (_, j) => dot(one, vectors[j] ?? one)));
}

/** Sum of vectors, each times its share. */
function combined(vectors: readonly Float64Array[], shares: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  vectors.forEach((vector, k) => {
    const share = shares[k] as number;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + share * (vector[i] as number);
  });
  return sum;
}

function transposed(columns: readonly Float64Array[], rows: number): Float64Array[] {
  return Array.from({ length: rows }, (_, row) => Float64Array.from(columns, (column) => column[row] ?? NaN));
}

/**
 * Ridge regression: the weights w at which ‖y − X·w‖² + ridge · ‖w‖² is least, for many ridges on the same rows, in float64.
 *
 * Solved by the products of columns, or by those of rows where there are fewer rows: w = (XᵀX + ridge)⁻¹ Xᵀy = Xᵀ (XXᵀ + ridge)⁻¹ y.
 *
 * Source: Hoerl and Kennard, Technometrics 1970; leave-one-out errors from one fit, e / (1 − h) with h of the diagonal of the hat
 * matrix, by Allen, "The Relationship between Variable Selection and Data Augmentation", Technometrics 1974 (PRESS).
 * Generalised cross-validation, which takes the mean of h for each h, chooses hardly any ridge where columns are about as
 * many as rows: there it takes what all but goes through its rows for the best.
 */
import { backwardSolve, cholesky, forwardSolve, inverseDiagonal } from './cholesky.js';
import { dot } from './vector.js';

export interface RidgeFit {
  /** Of each column. */
  readonly weights: Float64Array;
  /** Sum of squared residuals. */
  readonly residual: number;
  /** Of each row, its target less what a fit to the other rows tells of it; Infinity where they leave that open. */
  readonly leftOut: Float64Array;
  /** The first column that columns before it explain, where nothing else tells its weight; absent: none. */
  readonly unidentified?: number;
}

/** A column that others explain but for so much of its squares is their combination. */
const COLLINEAR = 1e-9;

/** Share of its own residual that is left of a row, below which it is rounding: others do not tell the row. */
const UNTOLD = 1e-12;

/** `columns` and `targets`: centred. At least one column. Without a ridge there must be fewer columns than rows. */
export function ridgeRegression(
  columns: readonly Float64Array[],
  targets: Float64Array,
): (ridge: number) => RidgeFit {
  const rows = targets.length;
  return columns.length < rows ? byColumns(columns, targets) : byRows(transposed(columns, rows), targets);
}

/** Mean squared error on rows that were not learned from, by leaving out each row in turn. */
export function crossValidated({ leftOut }: Pick<RidgeFit, 'leftOut'>): number {
  return leftOut.reduce((sum, error) => sum + error ** 2, 0) / leftOut.length;
}

function byColumns(columns: readonly Float64Array[], targets: Float64Array): (ridge: number) => RidgeFit {
  const products = productsOf(columns);
  const rows = transposed(columns, targets.length);
  const along = Float64Array.from(columns, (column) => dot(column, targets));
  return (ridge) => {
    const factor = cholesky(products, { ridge, floor: Number.MIN_VALUE });
    const weights = backwardSolve(factor, forwardSolve(factor, along), 'outwards');
    const told = combined(columns, weights);
    const residuals = targets.map((target, row) => target - (told[row] as number));
    const unidentified = factor.findIndex(
      (row, k) => !((row[k] as number) ** 2 > COLLINEAR * ((products[k]?.[k] as number) + ridge)),
    );
    return {
      weights,
      residual: dot(residuals, residuals),
      leftOut: leftOut(residuals, (row) => {
        const part = forwardSolve(factor, rows[row] as Float64Array);
        return 1 - 1 / targets.length - dot(part, part);
      }),
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
    const own = inverseDiagonal(factor);
    return {
      weights: combined(rows, shares),
      residual: ridge ** 2 * dot(shares, shares),
      leftOut: leftOut(
        shares.map((share) => ridge * share),
        (row) => ridge * (own[row] as number) - 1 / rows.length,
      ),
    };
  };
}

/** Residuals over the shares 1 − h of them; h counts the mean that was taken off, 1/n. */
function leftOut(residuals: Float64Array, shareOf: (row: number) => number): Float64Array {
  return residuals.map((residual, row) => {
    const share = shareOf(row);
    return share > UNTOLD ? residual / share : Infinity;
  });
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

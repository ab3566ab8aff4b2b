/**
 * Ridge regression: the weights w at which ‖y − X·w‖² + ridge · ‖w‖² is least, for many ridges on the same rows, in float64.
 *
 * Solved by the products of columns, or by those of rows where there are fewer rows: w = (XᵀX + ridge)⁻¹ Xᵀy = Xᵀ (XXᵀ + ridge)⁻¹ y.
 *
 * Source: Hoerl and Kennard, Technometrics 1970; leave-one-out errors from one fit, e / (1 − h) with h of the diagonal of the hat
 * matrix, by Allen, "The Relationship between Variable Selection and Data Augmentation", Technometrics 1974 (PRESS). Of rows that
 * are left out together they are (1 − H)⁻¹ e, with the part H of the hat matrix that is theirs.
 * Generalised cross-validation, which takes the mean of h for each h, chooses hardly any ridge where columns are about as
 * many as rows: there it takes what all but goes through its rows for the best.
 */
import { backwardSolve, cholesky, forwardSolve } from './cholesky.js';
import { dot } from './vector.js';

export interface RidgeFit {
  /** Of each column. */
  readonly weights: Float64Array;
  /** Sum of squared residuals. */
  readonly residual: number;
  /** Of each row, its target less what a fit without its group tells of it; Infinity where that leaves it open. */
  readonly leftOut: Float64Array;
  /** The first column that columns before it explain, where nothing else tells its weight; absent: none. */
  readonly unidentified?: number;
}

/** A column that others explain but for so much of its squares is their combination. */
const COLLINEAR = 1e-9;

/** Share of its own residual that is left of a row, below which it is rounding: others do not tell the row. */
const UNTOLD = 1e-12;

/** Rows that are left out together. */
export type RowGroup = readonly number[];

/**
 * `columns` and `targets`: centred. At least one column. Without a ridge there must be fewer columns than rows. `groups`: of each
 * row one; absent: each row is left out alone.
 */
export function ridgeRegression(
  columns: readonly Float64Array[],
  targets: Float64Array,
  groups: readonly RowGroup[] = Array.from(targets, (_, row) => [row]),
): (ridge: number) => RidgeFit {
  const rows = targets.length;
  return columns.length < rows
    ? byColumns(columns, targets, groups)
    : byRows(transposed(columns, rows), targets, groups);
}

/** Mean squared error on rows that were not learned from, by leaving out each group in turn. */
export function crossValidated({ leftOut }: Pick<RidgeFit, 'leftOut'>): number {
  return leftOut.reduce((sum, error) => sum + error ** 2, 0) / leftOut.length;
}

function byColumns(
  columns: readonly Float64Array[],
  targets: Float64Array,
  groups: readonly RowGroup[],
): (ridge: number) => RidgeFit {
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
    const solved = rows.map((row) => forwardSolve(factor, row));
    return {
      weights,
      residual: dot(residuals, residuals),
      leftOut: leftOut(
        residuals,
        groups,
        (a, b) =>
          (a === b ? 1 : 0) - 1 / targets.length - dot(solved[a] as Float64Array, solved[b] as Float64Array),
      ),
      ...(unidentified >= 0 && { unidentified }),
    };
  };
}

/** Rows that are centred have no part along the vector of ones, which the ridge alone holds. */
function byRows(
  rows: readonly Float64Array[],
  targets: Float64Array,
  groups: readonly RowGroup[],
): (ridge: number) => RidgeFit {
  const products = productsOf(rows);
  return (ridge) => {
    const factor = cholesky(products, { ridge, floor: Number.MIN_VALUE });
    const shares = backwardSolve(factor, forwardSolve(factor, targets), 'outwards');
    const solved = rows.map((_, row) => forwardSolve(factor, unitVector(rows.length, row)));
    return {
      weights: combined(rows, shares),
      residual: ridge ** 2 * dot(shares, shares),
      leftOut: leftOut(
        shares.map((share) => ridge * share),
        groups,
        (a, b) => ridge * dot(solved[a] as Float64Array, solved[b] as Float64Array) - 1 / rows.length,
      ),
    };
  };
}

/** Residuals of rows once their group is left out. `restOf`: an element of 1 − H, where H counts the mean that was taken off, 1/n. */
function leftOut(
  residuals: Float64Array,
  groups: readonly RowGroup[],
  restOf: (a: number, b: number) => number,
): Float64Array {
  const errors = new Float64Array(residuals.length);
  for (const group of groups) {
    const rest = group.map((a, i) => Float64Array.from(group.slice(0, i + 1), (b) => restOf(a, b)));
    const factor = cholesky(rest, { floor: 0 });
    const isTold = factor.every((row, i) => (row[i] as number) ** 2 > UNTOLD);
    const own = Float64Array.from(group, (row) => residuals[row] as number);
    const apart = isTold ? backwardSolve(factor, forwardSolve(factor, own), 'outwards') : own.fill(Infinity);
    group.forEach((row, i) => (errors[row] = apart[i] as number));
  }
  return errors;
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

function unitVector(length: number, at: number): Float64Array {
  const vector = new Float64Array(length);
  vector[at] = 1;
  return vector;
}

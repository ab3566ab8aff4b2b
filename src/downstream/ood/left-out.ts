/**
 * Distances of training rows as if they had not been learned from: each patient's rows to the others' mean and covariance. Rows
 * that a covariance was computed of lie nearer to it than new ones do, by far where there are few of them.
 *
 * Leaving out m of n rows takes a part of rank m off the covariance, so that none is factorised again (Sherman, Morrison and
 * Woodbury; Golub and Van Loan, "Matrix Computations", 4th edition, section 2.1.4). The share of the identity stays that of all.
 */
import { entry, matrix, solve } from '../../core/linear-algebra/matrix.js';
import { dot } from '../../core/linear-algebra/vector.js';
import { whitened, type KnownFeatures } from './distance.js';

/** Squared distances of the rows that are `known`; rows of one owner are left out together. */
export function leftOutDistances(
  rows: readonly Float64Array[],
  owners: readonly (string | number)[],
  known: KnownFeatures,
): Float64Array {
  const byOwner = new Map<string | number, number[]>();
  owners.forEach((owner, row) => byOwner.set(owner, [...(byOwner.get(owner) ?? []), row]));
  const found = new Float64Array(rows.length);
  for (const own of byOwner.values()) {
    const z = own.map((row) => whitened(rows[row] as Float64Array, known));
    const distances = withoutOwn(z, rows.length, known.shrinkage);
    own.forEach((row, i) => (found[row] = distances[i] as number));
  }
  return found;
}

/**
 * With C = I + 11ᵀ / (n − m) = R Rᵀ, the covariance without rows δ is n / (n − m) · (Σ − c δᵀ C δ), and their distances to the
 * mean without them are C δ. With K = Rᵀ δ Σ⁻¹ δᵀ R these are the diagonal of R (I − c K)⁻¹ K Rᵀ · (n − m) / n.
 */
function withoutOwn(z: readonly Float64Array[], n: number, shrinkage: number): number[] {
  const m = z.length;
  if (m >= n) return z.map((row) => dot(row, row));
  const beta = (Math.sqrt(n / (n - m)) - 1) / m;
  const sum = (z[0] as Float64Array).map((_, j) => z.reduce((all, row) => all + (row[j] as number), 0));
  const moved = z.map((row) => row.map((one, j) => one + beta * (sum[j] as number)));
  const k = matrix(m, m, (i, j) => dot(moved[i] as Float64Array, moved[j] as Float64Array));
  const rest = matrix(m, m, (i, j) => (i === j ? 1 : 0) - ((1 - shrinkage) / n) * entry(k, i, j));
  const answer = solve(rest, k);
  const rowSums = z.map((_, i) => z.reduce((all, __, j) => all + entry(answer, i, j), 0));
  const total = rowSums.reduce((all, one) => all + one, 0);
  return rowSums.map(
    (own, i) => ((n - m) / n) * (entry(answer, i, i) + 2 * beta * own + beta * beta * total),
  );
}

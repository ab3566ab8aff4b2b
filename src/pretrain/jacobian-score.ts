/**
 * A score of how far the rows of a Jacobian point into different directions: −Σ (ln(v + k) + 1 / (v + k)) over the eigenvalues v of
 * their correlation matrix, by its Cholesky factor: Σ ln v is the determinant's logarithm, Σ 1/v the inverse's trace.
 *
 * Source: Mellor et al., "Neural Architecture Search without Training", arXiv 2006.04647v1, equation 5.
 */
import { cholesky, inverseTrace, logDeterminant } from '../core/linear-algebra/cholesky.js';
import { dot } from '../core/linear-algebra/vector.js';
import { meanOf } from '../core/statistics/descriptive.js';

/** Their k, which keeps equal rows finite. */
const RIDGE = 1e-5;

/** `data`: `count` rows of equal length. */
export function correlationScore(data: Float32Array, count: number): number {
  const length = data.length / count;
  const rows = Array.from({ length: count }, (_, i) =>
    standardised(data.subarray(i * length, (i + 1) * length)),
  );
  const correlations = rows.map((row, i) =>
    Float64Array.from(rows.slice(0, i + 1), (other) => dot(row, other)),
  );
  const factor = cholesky(correlations, { ridge: RIDGE, floor: RIDGE ** 2 });
  return -(logDeterminant(factor) + inverseTrace(factor));
}

/** The row at mean 0 and length 1, so that products of rows are correlations. */
function standardised(row: Float32Array): Float64Array {
  const mean = meanOf(row);
  const centred = Float64Array.from(row, (value) => value - mean);
  const length = Math.sqrt(dot(centred, centred)) || 1;
  return centred.map((value) => value / length);
}

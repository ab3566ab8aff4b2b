/**
 * How far the rows of a Jacobian point into different directions: −Σ (ln(v + k) + 1 / (v + k)) over the eigenvalues v of
 * their correlation matrix, by its Cholesky factor: Σ ln v is the determinant's logarithm, Σ 1/v the inverse's trace.
 *
 * Source: Mellor et al., "Neural Architecture Search without Training", arXiv 2006.04647v1, equation 5.
 */

/** Their k, which keeps equal rows finite. */
const RIDGE = 1e-5;

/** `data`: `count` rows of equal length. */
export function correlationScore(data: Float32Array, count: number): number {
  const length = data.length / count;
  const rows = Array.from({ length: count }, (_, i) =>
    standardised(data.subarray(i * length, (i + 1) * length)),
  );
  const factor: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const row = new Float64Array(count);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : (factor[j] as Float64Array);
      let sum = dot(rows[i] as Float64Array, rows[j] as Float64Array) + (i === j ? RIDGE : 0);
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      row[j] = i === j ? Math.sqrt(Math.max(sum, RIDGE ** 2)) : sum / (other[j] as number);
    }
    factor.push(row);
  }
  const logDeterminant = 2 * factor.reduce((sum, row, i) => sum + Math.log(row[i] as number), 0);
  return -(logDeterminant + inverseTrace(factor));
}

/** Of L·Lᵀ: the squares of L's inverse, column by column. */
function inverseTrace(factor: readonly Float64Array[]): number {
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

/** Of mean 0 and length 1, so that products of rows are correlations. */
function standardised(row: Float32Array): Float64Array {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const centred = Float64Array.from(row, (value) => value - mean);
  const length = Math.sqrt(dot(centred, centred)) || 1;
  return centred.map((value) => value / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/**
 * Least squares without negative coefficients, by descent along one coordinate after another on the normal equations
 * (Franc, Hlaváč, Navara 2005, "Sequential coordinate-wise algorithm for the non-negative least squares problem"). Meant for
 * a handful of coefficients. Columns are scaled to length 1 first, so that units do not matter.
 */
const MOST_SWEEPS = 100_000;
/** Sweeps end when the largest change is at most this share of the largest coefficient, both of scaled columns. */
const TOLERANCE = 1e-13;

/** The x ≥ 0 for which the sum of squares of `rows` · x − `targets` is least; a column of zeros gets 0. */
export function nonNegativeLeastSquares(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
): readonly number[] {
  const width = rows[0]?.length ?? 0;
  const lengths = Array.from({ length: width }, (_, j) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[j] ?? 0) ** 2, 0)),
  );
  const scaled = rows.map((row) => row.map((value, j) => value / (lengths[j] || 1)));
  const product = (a: (i: number) => number, b: (i: number) => number): number =>
    scaled.reduce((sum, _, i) => sum + a(i) * b(i), 0);
  const column = (j: number) => (i: number) => scaled[i]?.[j] ?? 0;
  const gram = lengths.map((_, j) => lengths.map((__, k) => product(column(j), column(k))));
  /** Gram · x − columns · targets. */
  const slope = lengths.map((_, j) => -product(column(j), (i) => targets[i] ?? 0));
  const x = lengths.map(() => 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (const [j, row] of gram.entries()) {
      const curvature = row[j] ?? 0;
      if (curvature === 0) continue;
      const before = x[j] ?? 0;
      const after = Math.max(0, before - (slope[j] ?? 0) / curvature);
      const change = after - before;
      if (change === 0) continue;
      x[j] = after;
      for (let k = 0; k < width; k++) slope[k] = (slope[k] ?? 0) + change * (row[k] ?? 0);
      largest = Math.max(largest, Math.abs(change));
    }
    if (largest <= TOLERANCE * Math.max(...x)) break;
  }
  return x.map((value, j) => value / (lengths[j] || 1));
}

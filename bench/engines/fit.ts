/**
 * Least squares of relative errors with coefficients that are not negative, by coordinate descent.
 */
export interface Row {
  readonly terms: readonly number[];
  readonly time: number;
}

const SWEEPS = 20_000;

export function fitted(rows: readonly Row[]): number[] {
  const scaled = rows.map(({ terms, time }) => terms.map((term) => term / time));
  const width = scaled[0]?.length ?? 0;
  const indices = Array.from({ length: width }, (_, i) => i);
  const sum = (value: (row: readonly number[]) => number): number =>
    scaled.reduce((total, row) => total + value(row), 0);
  const normal = indices.map((i) => indices.map((j) => sum((row) => (row[i] ?? 0) * (row[j] ?? 0))));
  const right = indices.map((i) => sum((row) => row[i] ?? 0));
  const coefficients = indices.map(() => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const i of indices) {
      const own = normal[i]?.[i] ?? 0;
      if (own === 0) continue;
      const others = indices.reduce(
        (total, j) => total + (j === i ? 0 : (normal[i]?.[j] ?? 0) * (coefficients[j] ?? 0)),
        0,
      );
      coefficients[i] = Math.max(0, ((right[i] ?? 0) - others) / own);
    }
  }
  return coefficients;
}

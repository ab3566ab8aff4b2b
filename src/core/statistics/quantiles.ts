/**
 * Quantiles, each under the name of its definition, since what a search stores or decides by one must not change.
 *
 * All but the median put quantile q of n sorted values at position q · (n − 1), counted from 0, and differ in what they
 * take between two values: the names are those of the methods of NumPy's `quantile`, whose default, `linear`, is type 7
 * of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 1996.
 */

/** The values in ascending order, as a new list. */
export function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Median: the middle value, or the mean of the two in the middle. NaN of no values. */
export function medianOf(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** Upper median: the middle value, or the larger of the two in the middle, which is one of the values. */
export function upperMedian(values: readonly number[]): number | undefined {
  return ascending(values)[Math.floor(values.length / 2)];
}

/** Lower quantile: the value at the position or, between two, the smaller one. `sorted`: in ascending order. */
export function lowerQuantile(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.floor(q * (sorted.length - 1))];
}

/** Nearest quantile: the value nearest to the position, half way between two the larger. `sorted`: in ascending order. */
export function nearestQuantile(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.round(q * (sorted.length - 1))];
}

/**
 * Linearly interpolated quantile of `count` sorted values, which `at` returns by rank, counted from 0: so that a caller
 * that can select by rank need not sort.
 */
export function linearQuantile(q: number, count: number, at: (rank: number) => number): number {
  const position = q * (count - 1);
  const below = Math.floor(position);
  const low = at(below);
  return low + (at(Math.min(below + 1, count - 1)) - low) * (position - below);
}

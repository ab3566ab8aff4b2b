/**
 * Sums, means and deviations of plain lists. They add from the first value to the last, in float64, so that equal lists
 * give the same bits.
 */

/** Sum of the values; 0 of none. */
export function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

/** Arithmetic mean; 0 of no values. */
export function meanOf(values: ArrayLike<number>): number {
  return sumOf(values) / Math.max(1, values.length);
}

/** Geometric mean of positive values; null of no values. */
export function geometricMean(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.exp(meanOf(values.map((value) => Math.log(value))));
}

/** Sum of the squared deviations from the mean: n times the variance of a population, n − 1 times that of a sample. */
export function squaredDeviations(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** Standard deviation of a sample, with n − 1 in the denominator; 0 of fewer than two values. */
export function sampleDeviation(values: readonly number[]): number {
  return values.length < 2 ? 0 : Math.sqrt(squaredDeviations(values) / (values.length - 1));
}

/** Shannon entropy, in nats, of a distribution that is proportional to `weights`, none of them negative. */
export function entropyOf(weights: readonly number[]): number {
  const total = sumOf(weights);
  return weights
    .filter((weight) => weight > 0)
    .reduce((sum, weight) => sum - (weight / total) * Math.log(weight / total), 0);
}

/**
 * The standard normal distribution, by the approximations of Abramowitz and Stegun, "Handbook of Mathematical
 * Functions", 1964. What a search decides rests on their bits: more exact ones would give other lineages.
 */

/** 97.5 % quantile: half the width of a 95 % interval, in standard deviations. */
export const NORMAL_975 = 1.959964;

/** Density at `z`. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** Share of the distribution below `z`; formula 26.2.17, with an error below 1e-7. */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = normalDensity(z) * series;
  return z > 0 ? 1 - tail : tail;
}

/** The z with a share of `p` below it, for 0 < p < 1; formula 26.2.23, with an error below 5e-4. */
export function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
  const z =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return p > 0.5 ? z : -z;
}

/**
 * Rényi differential privacy of the sampled Gaussian mechanism: a sum of values of norm at most 1, each taken with
 * probability `sampling`, plus normal noise of deviation `noise`.
 *
 * Mironov 2017 (arXiv:1702.07476) for the whole sum; Mironov, Talwar & Zhang 2019 (arXiv:1908.10530), section 3.3, for the sampled
 * one: a finite sum for integer orders, two infinite ones for the others. All is computed in logarithms.
 */
import { logErfc } from './log-erfc.js';

export interface SampledGaussian {
  /** Deviation of the noise over the largest norm of one contribution (noise multiplier), ≥ 0. */
  readonly noise: number;
  /** Probability that a contribution is taken, in [0, 1]. */
  readonly sampling: number;
}

/** Rényi divergence of order `order` > 1 that one use costs. Uses add up. */
export function renyiDivergence({ noise, sampling }: SampledGaussian, order: number): number {
  if (sampling === 0) return 0;
  if (noise === 0) return Infinity;
  if (sampling === 1) return order / (2 * noise * noise);
  const moment = Number.isInteger(order)
    ? logMomentInteger(sampling, noise, order)
    : logMomentFractional(sampling, noise, order);
  return moment / (order - 1);
}

/** log Σₖ C(α, k) (1 − q)^(α − k) qᵏ exp((k² − k) / 2σ²). */
function logMomentInteger(q: number, sigma: number, order: number): number {
  let sum = -Infinity;
  let binomial = 0;
  for (let k = 0; k <= order; k++) {
    const log = binomial + k * Math.log(q) + (order - k) * Math.log1p(-q) + (k * k - k) / (2 * sigma * sigma);
    sum = logAdd(sum, log);
    binomial += Math.log((order - k) / (k + 1));
  }
  return sum;
}

/** Logarithm under which a term no longer changes the moment, which is at least 1. */
const NEGLIGIBLE = -30;

/** The two sums over k of either side of the point where both densities are equal. Their terms alternate in sign and fall as a power of k: what is left out is smaller than the first of them, 1e-13. */
function logMomentFractional(q: number, sigma: number, order: number): number {
  const turn = sigma * sigma * Math.log(1 / q - 1) + 0.5;
  const variance = sigma * sigma;
  let [below, above] = [-Infinity, -Infinity];
  let [binomial, sign] = [0, 1];
  for (let k = 0; ; k++) {
    const rest = order - k;
    const low =
      binomial +
      k * Math.log(q) +
      rest * Math.log1p(-q) +
      (k * k - k) / (2 * variance) +
      logErfc((k - turn) / (Math.SQRT2 * sigma)) -
      Math.LN2;
    const high =
      binomial +
      rest * Math.log(q) +
      k * Math.log1p(-q) +
      (rest * rest - rest) / (2 * variance) +
      logErfc((turn - rest) / (Math.SQRT2 * sigma)) -
      Math.LN2;
    const combine = sign > 0 ? logAdd : logSubtract;
    below = combine(below, low);
    above = combine(above, high);
    if (k > order && Math.max(low, high) < NEGLIGIBLE) return logAdd(below, above);
    binomial += Math.log(Math.abs(rest) / (k + 1));
    if (rest < 0) sign = -sign;
  }
}

function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
}

/** log(exp(a) − exp(b)), for a ≥ b but for rounding. */
function logSubtract(a: number, b: number): number {
  if (b === -Infinity) return a;
  return a <= b ? -Infinity : a + Math.log(-Math.expm1(b - a));
}

/**
 * The accountant: what many uses of the sampled Gaussian mechanism cost in (ε, δ) differential privacy.
 *
 * Divergences of a grid of orders add up over the uses (Mironov 2017, proposition 1); the smallest ε that any of them implies
 * counts. From a divergence to ε by Balle et al. 2020 (arXiv:1905.09982), theorem 21, which is sharper than Mironov's proposition 3.
 */
import { renyiDivergence, type SampledGaussian } from './renyi.js';

/** Orders as in Opacus and TensorFlow Privacy: fine where noise is small, wide where it is large. */
const ORDERS: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  128,
  256,
  512,
  1024,
];

export interface PrivacyUse extends SampledGaussian {
  /** Uses of the mechanism: rounds. */
  readonly steps: number;
  /** Probability with which ε may not hold, in (0, 1). */
  readonly delta: number;
}

/** The ε of all uses together; Infinity without noise. */
export function epsilonOf({ steps, delta, ...mechanism }: PrivacyUse): number {
  if (steps === 0 || mechanism.sampling === 0) return 0;
  const each = ORDERS.map((order) => {
    const divergence = steps * renyiDivergence(mechanism, order);
    return divergence + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1);
  });
  return Math.max(0, Math.min(...each));
}

/** Largest noise multiplier that is looked for. */
const MOST_NOISE = 2000;

/**
 * A noise multiplier with which all uses cost at most `epsilon`, at most `precision` above the least one. Found by halving from
 * 0.01 to 20, as Opacus does, so that both give the same number. Infinity where no noise up to 2,000 suffices.
 */
export function noiseFor(
  use: Omit<PrivacyUse, 'noise'> & { readonly epsilon: number },
  precision = 0.01,
): number {
  const { epsilon, ...rest } = use;
  const suffices = (noise: number): boolean => epsilonOf({ ...rest, noise }) <= epsilon;
  let [low, high] = [0.01, 20];
  while (!suffices(high)) {
    if (high > MOST_NOISE) return Infinity;
    high *= 2;
  }
  while (high - low > precision) {
    const middle = (low + high) / 2;
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * The accountant against published values and against integrals of the definition.
 */
import { describe, expect, it } from 'vitest';
import { epsilonOf, noiseFor } from '../../src/federated/privacy/accountant.js';
import { logErfc } from '../../src/federated/privacy/log-erfc.js';
import { renyiDivergence } from '../../src/federated/privacy/renyi.js';

/**
 * The divergence by its definition: log E[(mixture / normal)^α] / (α − 1) over z ~ N(0, σ²), by the trapezoidal rule, whose error
 * vanishes for integrands that fall off on both sides.
 */
function integrated(q: number, sigma: number, order: number): number {
  const logIntegrand = (z: number): number => {
    const exponent = (2 * z - 1) / (2 * sigma * sigma);
    // log((1 − q) + q exp(x)), without overflow.
    const ratio =
      exponent > 0
        ? exponent + Math.log(q + (1 - q) * Math.exp(-exponent))
        : Math.log(1 - q + q * Math.exp(exponent));
    return order * ratio - (z * z) / (2 * sigma * sigma);
  };
  const [from, to, steps] = [-40 * sigma, order + 40 * sigma, 400_000];
  const width = (to - from) / steps;
  const values = Float64Array.from({ length: steps + 1 }, (_, i) => logIntegrand(from + i * width));
  const peak = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const sum = values.reduce((total, value) => total + Math.exp(value - peak), 0);
  return (peak + Math.log((sum * width) / (sigma * Math.sqrt(2 * Math.PI)))) / (order - 1);
}

describe('the accountant of differential privacy', () => {
  it('gives the values that Opacus and TensorFlow Privacy publish', () => {
    expect(epsilonOf({ noise: 1.5, sampling: 0.04, steps: 2250, delta: 1e-5 })).toBeCloseTo(7.329111171, 6);
    // One release of the plain Gaussian mechanism, whose noise was chosen for exactly (1, 1e-6).
    const one = epsilonOf({ noise: 4.530877117, sampling: 1, steps: 1, delta: 1e-6 });
    expect(Math.abs(one - 1)).toBeLessThan(1e-6);
    const noise = noiseFor({ epsilon: 8, sampling: 0.04, steps: 90 / 0.04, delta: 1e-5 });
    expect(noise).toBeCloseTo(1.425307617, 9);
  });

  it.each([
    [0.04, 1.5, 3.9],
    [0.04, 1.5, 4],
    [0.25, 1.1, 1.5],
    [0.5, 2, 7.3],
    [0.5, 2, 32],
    [0.01, 0.7, 1.1],
    [0.9, 3, 10.9],
    [1, 4.5, 22],
  ])('agrees with the integral of the definition: q %f, σ %f, order %f', (q, sigma, order) => {
    const expected = integrated(q, sigma, order);
    const found = renyiDivergence({ sampling: q, noise: sigma }, order);
    expect(Math.abs(found - expected) / expected).toBeLessThan(1e-8);
  });

  it('finds the least noise to the precision asked for', () => {
    const use = { sampling: 0.04, steps: 2250, delta: 1e-5 };
    const noise = noiseFor({ ...use, epsilon: 8 }, 1e-6);
    expect(epsilonOf({ ...use, noise })).toBeLessThanOrEqual(8);
    expect(epsilonOf({ ...use, noise: noise - 2e-6 })).toBeGreaterThan(8);
  });

  it('costs nothing where nothing was released, and everything without noise', () => {
    const use = { sampling: 0.5, noise: 1, steps: 10, delta: 1e-5 };
    expect(epsilonOf({ ...use, steps: 0 })).toBe(0);
    expect(epsilonOf({ ...use, sampling: 0 })).toBe(0);
    expect(epsilonOf({ ...use, noise: 0 })).toBe(Infinity);
    expect(noiseFor({ sampling: 1, steps: 1, delta: 1e-5, epsilon: 1e-9 })).toBe(Infinity);
  });

  it('grows with rounds and participation, and falls with noise', () => {
    const of = (change: object): number =>
      epsilonOf({ sampling: 0.5, noise: 1, steps: 10, delta: 1e-5, ...change });
    expect(of({ steps: 20 })).toBeGreaterThan(of({}));
    expect(of({ sampling: 0.8 })).toBeGreaterThan(of({}));
    expect(of({ sampling: 1 })).toBeGreaterThan(of({ sampling: 0.8 }));
    expect(of({ noise: 2 })).toBeLessThan(of({}));
  });

  it('takes logarithms of the complementary error function far beyond its underflow', () => {
    // Values of mpmath.log(mpmath.erfc(x)) with 50 digits.
    const values = [
      [-5, 0.6931471805591766],
      [-1, 0.6112323176780705],
      [0, 0],
      [0.5, -0.7350111298370844],
      [1.999, -5.360524027545017],
      [2, -5.364941264616638],
      [3, -10.720363041981113],
      [10, -102.87988902484489],
      [50, -2504.484587848451],
      [1000, -1000007.4801207219],
    ] as const;
    for (const [x, expected] of values)
      expect(Math.abs(logErfc(x) - expected)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected)));
  });
});

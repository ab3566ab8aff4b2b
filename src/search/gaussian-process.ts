/**
 * Gaussian-process regression on few points: mean and deviation of a score that was not measured yet.
 *
 * A squared-exponential kernel over encoded genomes; its length and the noise are those of a small grid under
 * which the data are likeliest.
 *
 * Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, algorithm 2.1.
 */
import {
  backwardSolve,
  cholesky,
  forwardSolve,
  logDeterminant,
  type LowerTriangle,
} from '../core/linear-algebra/cholesky.js';
import { dot } from '../core/linear-algebra/vector.js';

export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

export type Predict = (x: readonly number[]) => Prediction;

/** Kernel lengths, as multiples of the root mean squared distance between the points. */
const LENGTHS = [0.4, 0.7, 1.2];
/** Variances of the noise; those of the targets are about 1. */
const NOISES = [0.03, 0.2];

/** `points`: equally long lists of numbers; `targets`: one each, of mean about 0 and variance about 1. */
export function gaussianProcess(points: readonly (readonly number[])[], targets: readonly number[]): Predict {
  const squared = points.map((a) => Float64Array.from(points, (b) => squaredDistance(a, b)));
  const total = squared.reduce((sum, row) => sum + row.reduce((s, d) => s + d, 0), 0);
  const scale = total / Math.max(1, points.length * (points.length - 1)) || 1;
  let best: Fit | undefined;
  for (const length of LENGTHS) {
    const rate = 1 / (2 * length * length * scale);
    const kernel = squared.map((row) => row.map((d) => Math.exp(-d * rate)));
    for (const noise of NOISES) {
      const fit = fitOf(kernel, targets, rate, noise);
      if (best === undefined || fit.likelihood > best.likelihood) best = fit;
    }
  }
  if (best === undefined) return () => ({ mean: 0, deviation: 1 });
  const { factor, weights, rate } = best;
  return (x) => {
    const k = Float64Array.from(points, (point) => Math.exp(-squaredDistance(point, x) * rate));
    const v = forwardSolve(factor, k);
    const variance = 1 - dot(v, v);
    return { mean: dot(k, weights), deviation: Math.sqrt(Math.max(variance, 1e-9)) };
  };
}

interface Fit {
  /** Lower Cholesky factor of kernel plus noise. */
  readonly factor: LowerTriangle;
  readonly weights: Float64Array;
  readonly rate: number;
  /** The logarithm of the marginal likelihood, but for a constant. */
  readonly likelihood: number;
}

function fitOf(
  kernel: readonly Float64Array[],
  targets: readonly number[],
  rate: number,
  noise: number,
): Fit {
  const factor = cholesky(kernel, { ridge: noise, floor: 1e-10 });
  const whitened = forwardSolve(factor, Float64Array.from(targets));
  return {
    factor,
    weights: backwardSolve(factor, whitened, 'inwards'),
    rate,
    likelihood: -dot(whitened, whitened) / 2 - logDeterminant(factor) / 2,
  };
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

/**
 * Gaussian-process regression on few points: mean and deviation of a score that was not measured yet.
 *
 * A squared-exponential kernel over encoded genomes; its length and the noise are those of a small grid under
 * which the data are likeliest.
 *
 * Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, algorithm 2.1.
 */
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
  readonly factor: readonly Float64Array[];
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
  const factor = cholesky(kernel, noise);
  const whitened = forwardSolve(factor, Float64Array.from(targets));
  const determinant = factor.reduce((sum, row, i) => sum + Math.log(row[i] ?? 1), 0);
  return {
    factor,
    weights: backwardSolve(factor, whitened),
    rate,
    likelihood: -dot(whitened, whitened) / 2 - determinant,
  };
}

/** L with L·Lᵀ = matrix + noise·I. */
function cholesky(matrix: readonly Float64Array[], noise: number): Float64Array[] {
  const rows: Float64Array[] = [];
  matrix.forEach((source, i) => {
    const row = new Float64Array(i + 1);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : (rows[j] as Float64Array);
      let sum = (source[j] as number) + (i === j ? noise : 0);
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      row[j] = i === j ? Math.sqrt(Math.max(sum, 1e-10)) : sum / (other[j] as number);
    }
    rows.push(row);
  });
  return rows;
}

/** x with L·x = b. */
function forwardSolve(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = new Float64Array(b.length);
  factor.forEach((row, i) => {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
    x[i] = sum / (row[i] as number);
  });
  return x;
}

/** x with Lᵀ·x = b. */
function backwardSolve(factor: readonly Float64Array[], b: Float64Array): Float64Array {
  const x = Float64Array.from(b);
  for (let i = factor.length - 1; i >= 0; i--) {
    const row = factor[i] as Float64Array;
    const value = (x[i] as number) / (row[i] as number);
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = (x[k] as number) - (row[k] as number) * value;
  }
  return x;
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

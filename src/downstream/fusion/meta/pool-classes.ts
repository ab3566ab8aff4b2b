/**
 * Weights of classes' log probabilities, and a bias of each class, by multinomial logistic regression: the geometric pool of
 * what the parts tell. Newton's method with step halving, in float64. Of two classes it is the logistic regression on log odds.
 */
import { backwardSolve, cholesky, forwardSolve } from '../../../core/linear-algebra/cholesky.js';
import type { Tensor } from '../../../core/tensor.js';
import type { ClassTargets } from '../../targets.js';
import { nonNegative, PRIOR } from './non-negative.js';
import { standardDeviationOf } from './spread.js';

/** Probabilities below count as this one, so that no model can rule a class out for the other. */
const LEAST = 1e-6;

/** Logs `[N · K]`, less their mean over the classes of a row. */
export function logProbabilities({ shape: [, classes = 1], data }: Tensor): Float64Array {
  const logs = Float64Array.from(data, (share) => Math.log(Math.max(share, LEAST)));
  for (let at = 0; at < logs.length; at += classes) {
    const row = logs.subarray(at, at + classes);
    const mean = row.reduce((sum, log) => sum + log, 0) / classes;
    row.forEach((log, k) => (row[k] = log - mean));
  }
  return logs;
}

/** A weight for each part, and a bias for each class, the first one 0. */
export function poolClasses(
  logs: readonly Float64Array[],
  targets: ClassTargets,
): { readonly weights: readonly number[]; readonly biases: readonly number[] } {
  const spreads = logs.map(standardDeviationOf);
  const scaled = logs.map((log, part) => log.map((value) => value / (spreads[part] ?? 1)));
  const fit = (kept: readonly number[]): Float64Array =>
    newton({ logs: kept.map((part) => scaled[part] ?? new Float64Array()), targets });
  const own = (part: number, weight: number): number => weight / (spreads[part] ?? 1);
  const weights = nonNegative(logs.length, (kept) => {
    const found = fit(kept);
    return kept.map((part, at) => own(part, found[at] ?? 0));
  });
  const kept = [...weights.keys()].filter((part) => weights[part] !== 0);
  return { weights, biases: [0, ...fit(kept).subarray(kept.length)] };
}

interface Pool {
  /** Of each part, `[N · K]`. */
  readonly logs: readonly Float64Array[];
  readonly targets: ClassTargets;
}

const MOST_STEPS = 100;
const TOLERANCE = 1e-9;

/** Weights of the parts, then biases of all classes but the first, at which the penalised log likelihood is greatest. */
function newton(pool: Pool): Float64Array {
  let at = new Float64Array(pool.logs.length + pool.targets.names.length - 1);
  let state = derivatives(pool, at);
  for (let step = 0; step < MOST_STEPS; step++) {
    const factor = cholesky(state.curvature, { floor: 1e-12 });
    const direction = backwardSolve(factor, forwardSolve(factor, state.slope), 'outwards');
    if (direction.every((change) => Math.abs(change) < TOLERANCE)) return at;
    let length = 1;
    let next = at.map((one, i) => one - (direction[i] ?? 0));
    let found = derivatives(pool, next);
    for (; found.value > state.value && length > 1e-6; length /= 2) {
      next = at.map((one, i) => one - (length / 2) * (direction[i] ?? 0));
      found = derivatives(pool, next);
    }
    if (!(found.value < state.value)) return at;
    [at, state] = [next, found];
  }
  return at;
}

/** Minus the log likelihood with the prior on weights, its gradient and its Hessian. */
function derivatives(
  { logs, targets: { names, labels } }: Pool,
  at: Float64Array,
): { readonly value: number; readonly slope: Float64Array; readonly curvature: Float64Array[] } {
  const [parts, classes, width] = [logs.length, names.length, at.length];
  const slope = at.map((one, i) => (i < parts ? PRIOR * one : 0));
  const curvature = Array.from(at, (_, i) =>
    new Float64Array(width).fill(i < parts ? PRIOR : 1e-9, i, i + 1),
  );
  let value = 0.5 * PRIOR * at.subarray(0, parts).reduce((sum, one) => sum + one ** 2, 0);
  const inputs = (row: number, k: number): Float64Array => {
    const input = new Float64Array(width);
    logs.forEach((log, p) => (input[p] = log[row * classes + k] ?? 0));
    if (k > 0) input[parts + k - 1] = 1;
    return input;
  };
  labels.forEach((label, row) => {
    const all = names.map((_, k) => inputs(row, k));
    const logits = all.map((input) => dot(input, at));
    const most = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - most), 0);
    value += most + Math.log(sum) - (logits[label] ?? 0);
    const mean = new Float64Array(width);
    all.forEach((input, k) => {
      const share = Math.exp((logits[k] ?? 0) - most) / sum;
      addOuter(curvature, input, share);
      input.forEach((one, i) => (mean[i] = (mean[i] ?? 0) + share * one));
    });
    addOuter(curvature, mean, -1);
    mean.forEach((one, i) => (slope[i] = (slope[i] ?? 0) + one - (all[label]?.[i] ?? 0)));
  });
  return { value, slope, curvature };
}

function addOuter(matrix: readonly Float64Array[], x: Float64Array, factor: number): void {
  matrix.forEach((row, i) => {
    for (let j = 0; j <= i; j++) row[j] = (row[j] ?? 0) + factor * (x[i] ?? 0) * (x[j] ?? 0);
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, one, i) => sum + one * (b[i] ?? 0), 0);
}

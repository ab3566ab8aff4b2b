/**
 * Logistic regression with a ridge: the weights that minimise Σ log(1 + exp(−yᵢ·(w·xᵢ + c))) + ½ · ridge · ‖w‖², yᵢ = ±1. The
 * intercept c is not penalised, so that its gradient says: the mean probability is the frequency.
 *
 * Newton's method, whose steps are found by conjugate gradients: no matrix of features by features is made, so that frozen
 * features of thousands of channels cost no more than their number. The problem is strictly convex: what is found does not
 * depend on the way.
 *
 * Source: Lin, Weng and Keerthi, "Trust Region Newton Method for Large-Scale Logistic Regression", JMLR 2008 (with a halved
 * step for the trust region); Nocedal and Wright, "Numerical Optimization", 2006, algorithm 5.2.
 */
import { dot } from '../../core/linear-algebra/vector.js';

export interface LogisticModel {
  readonly weights: Float64Array;
  readonly intercept: number;
}

const STEPS = 100;
/** Gradient, in units of its norm at zero, at which the minimum is taken as found. */
const FOUND = 1e-8;

/** `rows`: features `[N][F]`, standardised; `positive`: true for rows of the class. */
export function ridgeLogistic(
  rows: readonly Float64Array[],
  positive: readonly boolean[],
  ridge: number,
): LogisticModel {
  const features = rows[0]?.length ?? 0;
  // The intercept is the last element.
  let at: Float64Array = new Float64Array(features + 1);
  let state = stateAt(rows, positive, ridge, at);
  const first = Math.sqrt(dot(state.gradient, state.gradient));
  for (let step = 0; step < STEPS; step++) {
    if (Math.sqrt(dot(state.gradient, state.gradient)) <= FOUND * Math.max(first, 1)) break;
    const direction = newtonStep(rows, state, ridge);
    let size = 1;
    let next = moved(at, direction, size);
    let reached = stateAt(rows, positive, ridge, next);
    while (reached.loss > state.loss && size > 1e-6) {
      size /= 2;
      next = moved(at, direction, size);
      reached = stateAt(rows, positive, ridge, next);
    }
    if (reached.loss > state.loss) break;
    [at, state] = [next, reached];
  }
  return { weights: at.slice(0, features), intercept: at[features] ?? 0 };
}

/** w·x + c of a row: the log odds of the class. */
export function logOdds({ weights, intercept }: LogisticModel, row: Float64Array): number {
  return dot(weights, row) + intercept;
}

interface State {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** p · (1 − p) of each row. */
  readonly curvature: Float64Array;
}

function stateAt(
  rows: readonly Float64Array[],
  positive: readonly boolean[],
  ridge: number,
  at: Float64Array,
): State {
  const features = at.length - 1;
  const gradient = at.map((weight, j) => (j < features ? ridge * weight : 0));
  const curvature = new Float64Array(rows.length);
  let loss = 0;
  for (let j = 0; j < features; j++) loss += (ridge / 2) * (at[j] as number) ** 2;
  rows.forEach((row, i) => {
    const odds = dot(row, at) + (at[features] as number);
    const signed = positive[i] === true ? odds : -odds;
    // log(1 + exp(−m)) without overflow
    loss += Math.max(-signed, 0) + Math.log1p(Math.exp(-Math.abs(signed)));
    const p = 1 / (1 + Math.exp(-odds));
    curvature[i] = p * (1 - p);
    addRow(gradient, row, p - (positive[i] === true ? 1 : 0));
  });
  return { loss, gradient, curvature };
}

/** The d with H · d = −gradient, nearly: residual below a tenth of the gradient's norm, and smaller near the minimum. */
function newtonStep(
  rows: readonly Float64Array[],
  { gradient, curvature }: State,
  ridge: number,
): Float64Array {
  const features = gradient.length - 1;
  const hessian = (v: Float64Array): Float64Array => {
    const product = v.map((one, j) => (j < features ? ridge * one : 1e-12 * one));
    rows.forEach((row, i) => {
      addRow(product, row, (curvature[i] as number) * (dot(row, v) + (v[features] as number)));
    });
    return product;
  };
  const direction = new Float64Array(gradient.length);
  const residual = gradient.map((one) => -one);
  let search = residual.slice();
  let square = dot(residual, residual);
  const enough = square * Math.min(0.01, square);
  for (let k = 0; k < 4 * gradient.length && square > enough; k++) {
    const product = hessian(search);
    const size = square / dot(search, product);
    for (let j = 0; j < direction.length; j++) {
      direction[j] = (direction[j] as number) + size * (search[j] as number);
      residual[j] = (residual[j] as number) - size * (product[j] as number);
    }
    const next = dot(residual, residual);
    search = residual.map((one, j) => one + (next / square) * (search[j] as number));
    square = next;
  }
  return direction;
}

/** sum ← sum + factor · (row, 1). */
function addRow(sum: Float64Array, row: Float64Array, factor: number): void {
  for (let j = 0; j < row.length; j++) sum[j] = (sum[j] as number) + factor * (row[j] as number);
  sum[row.length] = (sum[row.length] as number) + factor;
}

function moved(from: Float64Array, direction: Float64Array, size: number): Float64Array {
  return from.map((one, j) => one + size * (direction[j] as number));
}

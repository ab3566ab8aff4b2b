/**
 * Logistic regression with a ridge: the weights that minimise Σ log(1 + exp(−yᵢ·(w·xᵢ + c))) + ½ · ridge · ‖w‖², yᵢ = ±1. The
 * intercept c is not penalised, so that its gradient says: the mean probability is the frequency.
 *
 * Frozen features of thousands of channels cost no more than their number. The problem is strictly convex.
 *
 * Source: Lin, Weng and Keerthi, "Trust Region Newton Method for Large-Scale Logistic Regression", JMLR 2008.
 */
import { minimise, type NewtonState } from '../../core/linear-algebra/newton.js';
import { dot } from '../../core/linear-algebra/vector.js';

export interface LogisticModel {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** `rows`: features `[N][F]`, standardised; `positive`: true for rows of the class. */
export function ridgeLogistic(
  rows: readonly Float64Array[],
  positive: readonly boolean[],
  ridge: number,
): LogisticModel {
  const features = rows[0]?.length ?? 0;
  // The intercept is the last element.
  const at = minimise<State>(
    {
      stateAt: (point) => stateAt(rows, positive, ridge, point),
      hessianTimes: (state, vector) => hessianTimes(rows, state, ridge, vector),
    },
    new Float64Array(features + 1),
  );
  return { weights: at.slice(0, features), intercept: at[features] ?? 0 };
}

/** w·x + c of a row: the log odds of the class. */
export function logOdds({ weights, intercept }: LogisticModel, row: Float64Array): number {
  return dot(weights, row) + intercept;
}

interface State extends NewtonState {
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

function hessianTimes(
  rows: readonly Float64Array[],
  { curvature }: State,
  ridge: number,
  v: Float64Array,
): Float64Array {
  const features = v.length - 1;
  const product = v.map((one, j) => (j < features ? ridge * one : 1e-12 * one));
  rows.forEach((row, i) => {
    addRow(product, row, (curvature[i] as number) * (dot(row, v) + (v[features] as number)));
  });
  return product;
}

/** sum ← sum + factor · (row, 1). */
function addRow(sum: Float64Array, row: Float64Array, factor: number): void {
  for (let j = 0; j < row.length; j++) sum[j] = (sum[j] as number) + factor * (row[j] as number);
  sum[row.length] = (sum[row.length] as number) + factor;
}

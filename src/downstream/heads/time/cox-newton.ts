/**
 * Cox's regression by Newton's method with step halving, in float64.
 */
import { UserError } from '../../../core/errors.js';
import { backwardSolve, cholesky, forwardSolve } from '../../../core/linear-algebra/cholesky.js';
import type { Tensor } from '../../../core/tensor.js';
import type { Solution } from '../../head.js';
import type { TimeTargets } from '../../targets.js';
import { coxDerivatives, coxLogLikelihood } from './cox-likelihood.js';
import { coxRows, ownScale, type CoxRows, type Ties } from './cox-rows.js';

const MOST_STEPS = 60;
const MOST_HALVINGS = 40;
/** Largest change of a weight, of standardised features, with which the search ends: the next would be its square. */
const TOLERANCE = 1e-7;
/** A column that others explain but for so much of its variance is their combination. */
const COLLINEAR = 1e-9;
/** A log hazard ratio per deviation of a feature beyond which it is taken for infinite. */
const INFINITE = 50;

/**
 * Weights at which −(log likelihood) / events + penalty · ½‖w‖² is least; w belongs to the features as they come. Refused,
 * in one line, where no weights are: a combination of columns that says nothing new, or that tells events without fail.
 */
export function solveCox(features: Tensor, targets: TimeTargets, ties: Ties, penalty: number): Solution {
  const rows = coxRows(features, targets, ties);
  // In units of standardised features, and times the number of events; constant columns keep the weight 0.
  const ridge = rows.scale.map((scale) => (scale === 0 ? 1 : (penalty * rows.events) / scale ** 2));
  const objective = (at: Float64Array): number =>
    -coxLogLikelihood(rows, at) + 0.5 * at.reduce((sum, one, k) => sum + (ridge[k] as number) * one ** 2, 0);
  let weights: Float64Array = new Float64Array(rows.columns);
  let value = objective(weights);
  for (let step = 0; step < MOST_STEPS; step++) {
    const direction = newtonStep(rows, weights, ridge, step);
    const next = halved(objective, { weights, direction, value });
    const change = direction.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    if (next !== undefined) ({ weights, value } = next);
    if (change <= TOLERANCE || (next === undefined && change <= 1e-3)) {
      return { weights: ownScale(weights, rows), logLikelihood: coxLogLikelihood(rows, weights) };
    }
    if (next === undefined) break;
    const far = weights.findIndex((one) => Math.abs(one) > INFINITE);
    if (far >= 0 && penalty === 0) refuse(`column ${far} of the features tells events without fail`);
  }
  return refuse('Newton’s method finds no highest point of the log likelihood');
}

/** The Newton step from `weights`: what solves information · step = gradient. */
function newtonStep(rows: CoxRows, weights: Float64Array, ridge: Float64Array, step: number): Float64Array {
  const { gradient, information } = coxDerivatives(rows, weights);
  const slope = gradient.map((one, k) => one - (ridge[k] as number) * (weights[k] as number));
  const curved = information.map((row, k) => {
    const copy = Float64Array.from(row);
    copy[k] = (copy[k] as number) + (ridge[k] as number);
    return copy;
  });
  const factor = cholesky(curved, { floor: Number.MIN_VALUE });
  const flat = factor.findIndex(
    (row, k) => !((row[k] as number) ** 2 > COLLINEAR * (curved[k]?.[k] as number)),
  );
  if (flat >= 0) {
    refuse(
      step === 0
        ? `column ${flat} of the features follows from the columns before it`
        : `column ${flat} of the features tells, with those before it, events without fail`,
    );
  }
  return backwardSolve(factor, forwardSolve(factor, slope), 'outwards');
}

/** The first point along the direction, at 1, 1/2, 1/4 … of it, that is better; undefined where none is. */
function halved(
  objective: (at: Float64Array) => number,
  from: { readonly weights: Float64Array; readonly direction: Float64Array; readonly value: number },
): { readonly weights: Float64Array; readonly value: number } | undefined {
  for (let halving = 0; halving < MOST_HALVINGS; halving++) {
    const length = 0.5 ** halving;
    const weights = from.weights.map((one, k) => one + length * (from.direction[k] as number));
    const value = objective(weights);
    if (value < from.value) return { weights, value };
  }
  return undefined;
}

function refuse(problem: string): never {
  throw new UserError({
    subject: 'Cox regression',
    problem: `${problem} (columns are counted from 0), so that its weights are not identified`,
    fix: 'set a penalty ("training": {"penalty": 0.01}), or leave columns out',
  });
}

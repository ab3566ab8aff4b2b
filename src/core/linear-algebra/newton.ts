/**
 * The minimum of a convex function by Newton's method, whose steps are found by conjugate gradients: no matrix of parameters by
 * parameters is made. Where the function is strictly convex, what is found does not depend on the way.
 *
 * Source: Lin, Weng and Keerthi, "Trust Region Newton Method for Large-Scale Logistic Regression", JMLR 2008 (with a halved
 * step for the trust region); Nocedal and Wright, "Numerical Optimization", 2006, algorithm 5.2.
 */
import { dot } from './vector.js';

export interface NewtonState {
  readonly loss: number;
  readonly gradient: Float64Array;
}

export interface ConvexFunction<S extends NewtonState> {
  readonly stateAt: (at: Float64Array) => S;
  /** The Hessian at a state times a vector. */
  readonly hessianTimes: (state: S, vector: Float64Array) => Float64Array;
}

const STEPS = 100;
/** Gradient, in units of its norm at zero, at which the minimum is taken as found. */
const FOUND = 1e-8;

export function minimise<S extends NewtonState>(
  { stateAt, hessianTimes }: ConvexFunction<S>,
  start: Float64Array,
): Float64Array {
  let at = start;
  let state = stateAt(at);
  const first = norm(stateAt(new Float64Array(start.length)).gradient);
  for (let step = 0; step < STEPS; step++) {
    if (norm(state.gradient) <= FOUND * Math.max(first, 1)) break;
    const here = state;
    const direction = newtonStep(here.gradient, (vector) => hessianTimes(here, vector));
    let size = 1;
    let next = moved(at, direction, size);
    let reached = stateAt(next);
    while (reached.loss > state.loss && size > 1e-6) {
      size /= 2;
      next = moved(at, direction, size);
      reached = stateAt(next);
    }
    if (reached.loss > state.loss) break;
    [at, state] = [next, reached];
  }
  return at;
}

/** The d with H · d = −gradient, nearly: residual below a tenth of the gradient's norm, and smaller near the minimum. */
function newtonStep(gradient: Float64Array, hessian: (vector: Float64Array) => Float64Array): Float64Array {
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

const norm = (vector: Float64Array): number => Math.sqrt(dot(vector, vector));

function moved(from: Float64Array, direction: Float64Array, size: number): Float64Array {
  return from.map((one, j) => one + size * (direction[j] as number));
}

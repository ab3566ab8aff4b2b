/**
 * Special functions as composites of ops, each with the same derivative at its kinks whatever an engine takes for the
 * derivative of `relu` at 0.
 */
import type { Value } from './graph.js';
import type { OpBuilder } from './op-builder.js';

/**
 * log(1 + y) for y in [0, 1], with a relative error of a few units in the last place also near 0, where 1 + y rounds: by
 * 2 artanh(s) of s = y / (2 + y) ≤ 1/3, s + s³/3 + s⁵/5 + …
 */
function log1pOfShare(b: OpBuilder, y: Value): Value {
  const s = b.div(y, b.add(y, b.scalar(2)));
  const square = b.square(s);
  const series = [15, 13, 11, 9, 7, 5, 3, 1].reduce<Value | undefined>(
    (sum, odd) => (sum === undefined ? b.scalar(1 / odd) : b.add(b.mul(sum, square), b.scalar(1 / odd))),
    undefined,
  );
  return b.mul(b.mul(s, b.scalar(2)), series ?? b.scalar(1));
}

/** log(1 + exp(x)), without overflow, and with a small relative error also for very negative x. */
export function softplus(b: OpBuilder, x: Value): Value {
  // |x| as 2 relu(x) − x: then the derivative at 0 is 1/2 by whatever subgradient of relu.
  const above = b.relu(x);
  const minusAbs = b.sub(x, b.mul(above, b.scalar(2)));
  return b.add(above, log1pOfShare(b, b.exp(minusAbs)));
}

/** log softplus(x), which tends to x, not to −∞, where softplus(x) underflows. */
export function logSoftplus(b: OpBuilder, x: Value): Value {
  const low = b.scalar(-20);
  const inner = b.log(softplus(b, b.maximum(x, low)));
  return b.where(b.greaterEqual(x, low), inner, b.minimum(x, low));
}

/** log Σ exp(x) along the last axis, which is dropped. */
export function logSumExp(b: OpBuilder, x: Value): Value {
  const axis = x.shape.length - 1;
  const greatest = b.reduceMax(x, [axis], true);
  const sum = b.reduceSum(b.exp(b.sub(x, greatest)), [axis]);
  return b.add(b.log(sum), b.reshape(greatest, sum.shape));
}

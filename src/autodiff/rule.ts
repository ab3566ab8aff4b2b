/**
 * Contract of gradient rules.
 *
 * A rule gives, per input of its op, a function that builds that input's gradient, or null if there is none.
 * The functions are called only for inputs whose gradient is needed.
 */
import type { Shape } from '../core/tensor.js';
import type { Builder } from '../ir/builder.js';
import type { Value } from '../ir/graph.js';
import type { OpAttributes, OpName } from '../ir/ops/index.js';

export interface Site<K extends OpName> {
  readonly b: Builder;
  /** The op's inputs; rules read as many as the op has. */
  readonly inputs: readonly [Value, Value, Value, Value, Value, ...Value[]];
  readonly attributes: OpAttributes[K];
  /** The op's output. */
  readonly y: Value;
  /** Gradient of the loss for the output, of the output's shape. */
  readonly dy: Value;
}

export type Pullback = () => Value;

/** Row of an op without a derivative, with the reason. */
export interface NotDifferentiable {
  readonly reason: string;
  /** True if the derivative is zero, so that gradients stop silently; otherwise asking for it is an error. */
  readonly zero: boolean;
}

export type GradientRule<K extends OpName> =
  ((site: Site<K>) => readonly (Pullback | null)[]) | NotDifferentiable;

/** Row of an op whose derivative is zero wherever it exists. */
export function zeroGradient(reason: string): NotDifferentiable {
  return { reason, zero: true };
}

/** Row of an op that has a derivative without an implementation. */
export function notDifferentiable(reason: string): NotDifferentiable {
  return { reason, zero: false };
}

/** Sums a gradient over the axes along which its input was stretched. */
export function unbroadcast(b: Builder, dy: Value, shape: Shape): Value {
  const extra = dy.shape.length - shape.length;
  const stretched = dy.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < extra || (shape[axis - extra] === 1 && dy.shape[axis] !== 1));
  if (stretched.length === 0) return dy;
  const summed = b.reduceSum(dy, stretched);
  return summed.shape.join() === shape.join() ? summed : b.reshape(summed, shape);
}

/** Reshapes one value per channel `[C]` so that it broadcasts against `[N, C, ...]`. */
export function perChannel(b: Builder, value: Value, like: Shape): Value {
  return b.reshape(value, [value.shape[0] ?? 0, ...like.slice(2).map(() => 1)]);
}

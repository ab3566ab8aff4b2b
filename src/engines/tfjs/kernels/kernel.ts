/**
 * The contract of kernels: an op of the graph, to be computed with TensorFlow.js so that its tape can follow.
 *
 * Kernels are compositions of TensorFlow.js ops whose gradients it has for tensors of any rank, so that gradients are
 * its own and not this project's. Where its conventions at kinks and ties differ from the ops' (`ir/ops`), the
 * composition follows the ops'.
 */
import type * as core from '@tensorflow/tfjs-core';
import { sameShape, type Shape } from '../../../core/tensor.js';
import type { OpAttributes, OpName } from '../../../ir/ops/index.js';

export type Tf = typeof core;
export type T = core.Tensor;

export interface Site<K extends OpName> {
  readonly tf: Tf;
  /** The op's inputs; kernels read as many as the op has. */
  readonly inputs: readonly [T, T, T, T, T, T, T, ...T[]];
  readonly attributes: OpAttributes[K];
  /** Shape of the result. */
  readonly shape: Shape;
}

export type Kernel<K extends OpName> = (site: Site<K>) => T;

/** A shape as TensorFlow.js types it. */
export const mutable = (shape: Shape): number[] => [...shape];

/** Broadcasts by a product, since the gradient of TensorFlow.js's own broadcast stops at four axes. */
export function stretch(tf: Tf, x: T, shape: Shape): T {
  return sameShape(x.shape, shape) ? x : tf.mul(x, tf.ones(mutable(shape)));
}

/** Views one value per channel `[C]` so that it broadcasts against `[N, C, ...]`. */
export function perChannel(tf: Tf, value: T, like: T): T {
  return tf.reshape(value, [value.size, ...like.shape.slice(2).map(() => 1)]);
}

/** The value of `compute`, whose derivative is zero wherever it exists: gradients stop here. */
export function withoutGradient(tf: Tf, inputs: readonly T[], compute: () => T): T {
  return linked(tf, inputs, compute(), () => inputs.map((x) => tf.zeros(x.shape)));
}

/**
 * `value` as a function of `inputs` with a gradient given by hand: for values that were computed beside the tape.
 * `pullback` gives a gradient per input.
 */
export function linked(tf: Tf, inputs: readonly T[], value: T, pullback: (dy: T) => T[]): T {
  return tf.customGrad(() => ({ value: tf.clone(value), gradFunc: (dy: T) => pullback(dy) }))(...inputs);
}

/**
 * Reductions, softmax, products and ops that take integers for places.
 */
import type * as core from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../core/tensor.js';
import { mutable, stretch, withoutGradient, type Kernel, type T, type Tf } from './kernel.js';

/** The gradient of a greatest value is shared evenly among the elements that have it: their mean has just that. */
const reduceMax: Kernel<'reduceMax'> = ({ tf, inputs: [x], attributes: { axes, keepDims } }) => {
  const greatest = withoutGradient(tf, [x], () =>
    tf.cast(tf.equal(x, tf.max(x, mutable(axes), true)), 'float32'),
  );
  const only = tf.where(tf.cast(greatest, 'bool'), x, tf.zerosLike(x));
  return tf.div(tf.sum(only, mutable(axes), keepDims), tf.sum(greatest, mutable(axes), keepDims));
};

/** TensorFlow.js takes softmax along the last axis only. */
function alongLast(tf: Tf, x: T, axis: number, f: (x: T) => T): T {
  const last = x.rank - 1;
  if (axis === last) return f(x);
  const swapped = x.shape.map((_, i) => (i === axis ? last : i === last ? axis : i));
  return tf.transpose(f(tf.transpose(x, swapped)), swapped);
}

/** Batches are stretched to each other first: TensorFlow.js's gradient does not undo their broadcast. */
const matmul: Kernel<'matmul'> = ({ tf, inputs: [a, b], attributes, shape }) => {
  const batched = (x: T): T => stretch(tf, x, [...shape.slice(0, -2), ...x.shape.slice(-2)]);
  return tf.matMul(batched(a), batched(b), attributes.transposeA, attributes.transposeB);
};

const scatterAdd: Kernel<'scatterAdd'> = ({ tf, inputs: [dy, indices], attributes, shape }) => {
  const { axis, size } = attributes;
  const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const slices = tf.transpose(tf.reshape(dy, [outer, indices.size, inner]), [1, 0, 2]);
  const places = tf.reshape<core.Rank.R1>(indices, [indices.size]);
  const sums = tf.unsortedSegmentSum(slices, places, size);
  return tf.reshape(tf.transpose(sums, [1, 0, 2]), mutable(shape));
};

export const reductions = {
  reduceSum: (({ tf, inputs: [x], attributes: { axes, keepDims } }) =>
    tf.sum(x, mutable(axes), keepDims)) satisfies Kernel<'reduceSum'>,
  reduceMean: (({ tf, inputs: [x], attributes: { axes, keepDims } }) =>
    tf.mean(x, mutable(axes), keepDims)) satisfies Kernel<'reduceMean'>,
  reduceMax,
  argmax: (({ tf, inputs: [x], attributes: { axis } }) =>
    withoutGradient(tf, [x], () => tf.argMax(x, axis))) satisfies Kernel<'argmax'>,
  softmax: (({ tf, inputs: [x], attributes: { axis } }) =>
    alongLast(tf, x, axis, (y) => tf.softmax(y))) satisfies Kernel<'softmax'>,
  logSoftmax: (({ tf, inputs: [x], attributes: { axis } }) =>
    alongLast(tf, x, axis, (y) => tf.logSoftmax(y))) satisfies Kernel<'logSoftmax'>,
  matmul,
  gather: (({ tf, inputs: [x, indices], attributes: { axis } }) =>
    tf.gather(x, indices, axis)) satisfies Kernel<'gather'>,
  scatterAdd,
  oneHot: (({ tf, inputs: [indices], attributes: { depth } }) =>
    withoutGradient(tf, [indices], () =>
      tf.cast(tf.oneHot(indices, depth), 'float32'),
    )) satisfies Kernel<'oneHot'>,
};

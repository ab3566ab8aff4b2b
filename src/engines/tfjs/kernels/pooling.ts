/**
 * Pooling as a fold over the taps of the window: TensorFlow.js's own pools count padding and share ties otherwise.
 */
import type { Shape } from '../../../core/tensor.js';
import { sizeOf } from '../../../core/tensor.js';
import type { PoolAttributes } from '../../../ir/ops/pooling.js';
import { fromChannelsLast, toChannelsLast } from '../channels-last.js';
import { linked, mutable, withoutGradient, type Kernel, type T, type Tf } from './kernel.js';
import { padSpatial, taps } from './windows.js';

const LOWEST = -3.4028234663852886e38;

function tapsOf(tf: Tf, x: T, { kernel, stride, padding }: PoolAttributes, outside: number): T[] {
  const input = padSpatial(tf, toChannelsLast(tf, x), padding, outside);
  const dilation = kernel.map(() => 1);
  return taps(tf, input, { kernel, stride, dilation }).map(({ values }) => values);
}

/** The first greatest value of each window: a later one replaces it only where it is greater. */
function maxPool(tf: Tf, x: T, attributes: PoolAttributes, shape: Shape): T {
  const greatest = tapsOf(tf, x, attributes, LOWEST).reduce((best, tap) => {
    const greater = withoutGradient(tf, [tap, best], () => tf.greater(tap, best));
    return tf.where(greater, tap, best);
  });
  return fromChannelsLast(tf, greatest, shape);
}

function avgPool(tf: Tf, x: T, attributes: PoolAttributes, shape: Shape): T {
  const sum = tf.addN(tapsOf(tf, x, attributes, 0));
  return fromChannelsLast(tf, tf.div(sum, sizeOf(attributes.kernel)), shape);
}

export const pooling = {
  maxPool: (({ tf, inputs: [x], attributes, shape }) =>
    maxPool(tf, x, attributes, shape)) satisfies Kernel<'maxPool'>,
  maxPoolGrad: (({ tf, inputs: [x, dy], attributes }) =>
    tf.grad((z) => maxPool(tf, z, attributes, dy.shape))(x, dy)) satisfies Kernel<'maxPoolGrad'>,
  avgPool: (({ tf, inputs: [x], attributes, shape }) =>
    avgPool(tf, x, attributes, shape)) satisfies Kernel<'avgPool'>,
  // linear, so that its gradient is the pool itself
  avgPoolGrad: (({ tf, inputs: [dy], attributes, shape }) => {
    const value = tf.grad((z) => avgPool(tf, z, attributes, dy.shape))(tf.zeros(mutable(shape)), dy);
    return linked(tf, [dy], value, (dz) => [avgPool(tf, dz, attributes, dy.shape)]);
  }) satisfies Kernel<'avgPoolGrad'>,
};

/**
 * Convolutions and their two gradients, which networks also use as ops of their own.
 *
 * TensorFlow.js's `conv3d` has a gradient where there are neither groups nor dilations. All else is written as a sum
 * over the kernel's taps, each a product of matrices, so that the tape can follow.
 */
import type * as core from '@tensorflow/tfjs-core';
import { sizeOf, type Shape } from '../../../core/tensor.js';
import type { ConvAttributes } from '../../../ir/ops/convolution.js';
import { filterToChannelsLast, fromChannelsLast, lift, toChannelsLast } from '../channels-last.js';
import type { Kernel, T, Tf } from './kernel.js';
import { padSpatial, placesOf, taps, untap } from './windows.js';

const conv: Kernel<'conv'> = ({ tf, inputs: [x, w], attributes, shape }) => {
  const { stride, padding, dilation, groups } = attributes;
  const input = padSpatial(tf, toChannelsLast(tf, x), padding);
  const filter = filterToChannelsLast(tf, w);
  const plain = groups === 1 && dilation.every((extent) => extent === 1);
  const y = plain
    ? tf.conv3d(input as core.Tensor5D, filter as core.Tensor5D, [...lift(stride, 1)], 'valid')
    : sumOverTaps(tf, input, filter, attributes);
  return fromChannelsLast(tf, y, shape);
};

/** `input` `[N, D, H, W, C]`, padded; `filter` `[KD, KH, KW, C / groups, O]`. */
function sumOverTaps(tf: Tf, input: T, filter: T, { stride, dilation, groups }: ConvAttributes): T {
  const outs = filter.shape[4] ?? 1;
  const parts = taps(tf, input, { kernel: filter.shape.slice(0, 3), stride, dilation }).map(
    ({ place, values }) => {
      const weights = weightsAt(tf, filter, place);
      const depthwise = filter.shape[3] === 1 && outs === groups;
      if (depthwise) return tf.mul(values, tf.reshape(weights, [outs]));
      const product = tf.matMul(grouped(tf, values, groups), grouped(tf, weights, groups));
      return ungrouped(tf, product, [...values.shape.slice(0, 4), outs]);
    },
  );
  return tf.addN(parts);
}

/** Each tap's product with dy, put back to where the tap took its values from. */
const convInputGrad: Kernel<'convInputGrad'> = ({ tf, inputs: [dy, w], attributes, shape }) => {
  const { groups, padding, stride, dilation } = attributes;
  const slopes = toChannelsLast(tf, dy);
  const filter = filterToChannelsLast(tf, w);
  const window = { kernel: filter.shape.slice(0, 3), stride, dilation };
  const [n = 1, channels = 1, ...spatial] = shape;
  const parts = placesOf(window.kernel).map((place) => {
    const weights = grouped(tf, weightsAt(tf, filter, place), groups);
    const product = tf.matMul(grouped(tf, slopes, groups), weights, false, true);
    const values = ungrouped(tf, product, [...slopes.shape.slice(0, 4), channels]);
    return untap(tf, values, { place, window, padding, spatial });
  });
  const dx = tf.reshape(tf.addN(parts), [n, ...lift(spatial, 1), channels]);
  return fromChannelsLast(tf, dx, shape);
};

/** For each tap, the product of what it met with dy. */
const convFilterGrad: Kernel<'convFilterGrad'> = ({ tf, inputs: [x, dy], attributes, shape }) => {
  const { groups, padding, stride, dilation } = attributes;
  const [outs = 1, ins = 1, ...kernel] = shape;
  const slopes = grouped(tf, toChannelsLast(tf, dy), groups);
  const input = padSpatial(tf, toChannelsLast(tf, x), padding);
  const parts = taps(tf, input, { kernel, stride, dilation }).map(({ values }) =>
    ungrouped(tf, tf.matMul(grouped(tf, values, groups), slopes, true, false), [ins, outs]),
  );
  // [taps, I, O] → [O, I, ...kernel]
  return tf.reshape(tf.transpose(tf.stack(parts), [2, 1, 0]), [...shape]);
};

/** One tap of a filter `[KD, KH, KW, I, O]`: `[I, O]`. */
function weightsAt(tf: Tf, filter: T, place: readonly number[]): T {
  const [ins = 1, outs = 1] = filter.shape.slice(3);
  return tf.reshape(tf.slice(filter, [...place, 0, 0], [1, 1, 1, ins, outs]), [ins, outs]);
}

/** `[..., groups · C]` → `[groups, rows, C]`. */
function grouped(tf: Tf, x: T, groups: number): T {
  const channels = x.shape[x.rank - 1] ?? 1;
  const rows = tf.reshape(x, [sizeOf(x.shape) / channels, groups, channels / groups]);
  return tf.transpose(rows, [1, 0, 2]);
}

/** `[groups, rows, C]` → `shape`, `[..., groups · C]`. */
function ungrouped(tf: Tf, x: T, shape: Shape): T {
  return tf.reshape(tf.transpose(x, [1, 0, 2]), [...shape]);
}

export const convolution = { conv, convInputGrad, convFilterGrad };

/**
 * A convolution as ONNX Runtime runs it well, for the forward pass and for input gradients alike.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import type { ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxWriter } from '../writer.js';
import { blockedConv, suitsBlocks } from './blocked-conv.js';
import { onnxPads } from './lowering.js';
import { suitsTiles, tiledConv } from './winograd-conv.js';

/** Writes the convolution of `x` `[N, C, ...]` with the filter `w` `[O, C / groups, ...kernel]`. */
export type Convolve = (
  out: OnnxWriter,
  x: string,
  shape: Shape,
  w: string,
  filter: Shape,
  attributes: ConvAttributes,
) => string;

/**
 * Writes the convolution with a filter `[O, C, ...]` reversed and its channels swapped, as the input gradient needs it;
 * undefined where another way is faster.
 */
export type Mirrored = (...site: Parameters<Convolve>) => string | undefined;

/** A convolution as the runtime divides it; leaves the number of samples open. */
export const plainConv: Convolve = (out, x, _, w, filter, attributes) =>
  out.op('Conv', [x, w], {
    kernel_shape: filter.slice(2),
    strides: attributes.stride,
    pads: onnxPads(attributes.padding),
    dilations: attributes.dilation,
    group: attributes.groups,
  });

/** Places: 64 for each of 64 threads. */
const SMALL_SAMPLE = 4096;

/**
 * The runtime divides a single sample among threads by places, and where few places fall to a thread its rounding
 * would follow their number (see `products.ts`); several samples are divided by sample. A small single sample is
 * therefore computed twice, side by side.
 */
const steadyConv: Convolve = (out, x, shape, w, filter, attributes) => {
  const alone = shape[0] === 1 && attributes.groups === 1;
  if (!alone || sizeOf(shape.slice(2)) > SMALL_SAMPLE) return plainConv(out, x, shape, w, filter, attributes);
  const twice = out.op('Concat', [x, x], { axis: 0 });
  const both = plainConv(out, twice, shape, w, filter, attributes);
  return out.op('Slice', [both, out.ints([0]), out.ints([1]), out.ints([0])]);
};

/** By tiles, or in blocks of `block` channels, where that is faster; 1 where the processor has no such kernels. */
export function convolveBy(block: number): Convolve {
  return (out, x, shape, w, filter, attributes) => {
    if (suitsTiles(shape, filter, attributes, block))
      return tiledConv(out, x, shape, w, filter, attributes, block);
    return suitsBlocks(shape, filter, attributes, block)
      ? blockedConv(out, x, shape, w, filter, attributes, block)
      : steadyConv(out, x, shape, w, filter, attributes);
  };
}

/** Where tiles are the fastest way. */
export function mirroredBy(block: number): Mirrored {
  return (out, x, shape, w, filter, attributes) => {
    const [high = 1, deep = 1, ...kernel] = filter;
    return suitsTiles(shape, [deep, high, ...kernel], attributes, block)
      ? tiledConv(out, x, shape, w, filter, attributes, block, true)
      : undefined;
  };
}

/**
 * A convolution as ONNX Runtime runs it well, for the forward pass and for input gradients alike.
 */
import { sizeOf } from '../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { blockedConv, suitsBlocks } from './blocked-conv.js';
import { onnxPads } from './lowering.js';
import { concat } from './shaping.js';
import { suitsTiles, tiledConv } from './tiles/conv.js';
import type { TiledAxis } from './tiles/tiling.js';

/** Writes the convolution of `x` `[N, C, ...]` with the filter `w` `[O, C / groups, ...kernel]`. */
export type Convolve = (out: OnnxWriter, x: OnnxValue, w: OnnxValue, attributes: ConvAttributes) => OnnxValue;

/**
 * Writes the convolution with a filter `[O, C, ...]` reversed and its channels swapped, as the input gradient needs it;
 * undefined where another way is faster.
 */
export type Mirrored = (...site: Parameters<Convolve>) => OnnxValue | undefined;

/** A convolution as the runtime divides it; leaves the number of samples open. */
export const plainConv: Convolve = (out, x, w, attributes) =>
  out.op('Conv', [x, w], convOutputShape(x.shape, w.shape, attributes), {
    kernel_shape: w.shape.slice(2),
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
const steadyConv: Convolve = (out, x, w, attributes) => {
  const alone = x.shape[0] === 1 && attributes.groups === 1;
  if (!alone || sizeOf(x.shape.slice(2)) > SMALL_SAMPLE) return plainConv(out, x, w, attributes);
  const both = plainConv(out, concat(out, [x, x], 0), w, attributes);
  const one = [1, ...both.shape.slice(1)];
  return out.op('Slice', [both, out.ints([0]), out.ints([1]), out.ints([0])], one);
};

/** By tiles, or in blocks of `block` channels, where that is faster; 1 where the processor has no such kernels. */
export function convolveBy(block: number): Convolve {
  return (out, x, w, attributes) => {
    if (suitsTiles(x.shape, w.shape, attributes, block)) return tiledConv(out, x, w, attributes, { block });
    return suitsBlocks(x.shape, w.shape, attributes, block)
      ? blockedConv(out, x, w, attributes, block)
      : steadyConv(out, x, w, attributes);
  };
}

/** Where tiles along an axis are the fastest way. */
export function mirroredBy(block: number, axis: TiledAxis = 0): Mirrored {
  return (out, x, w, attributes) => {
    const [high = 1, deep = 1, ...kernel] = w.shape;
    return suitsTiles(x.shape, [deep, high, ...kernel], attributes, block, axis)
      ? tiledConv(out, x, w, attributes, { block, axis, mirrored: true })
      : undefined;
  };
}

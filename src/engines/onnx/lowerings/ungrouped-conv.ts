/**
 * Convolutions in groups for devices that have none (webgpu, over three spatial axes).
 *
 * Depthwise ones are a sum over taps of elementwise products; others are a convolution per group.
 */
import type { Shape } from '../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxWriter } from '../writer.js';
import { plainConv, type Convolve } from './convolve.js';
import { tapsOf } from './filter-gradient.js';
import { padOf, sliceOf } from './layout.js';

export const ungroupedConv: Convolve = (out, x, shape, w, filter, attributes) => {
  const { groups } = attributes;
  if (groups === 1) return plainConv(out, x, shape, w, filter, attributes);
  if (filter[1] === 1 && filter[0] === groups) return byTaps(out, x, shape, w, filter, attributes);
  return byGroups(out, x, shape, w, filter, attributes);
};

/** y[c, place] = Σ over taps of w[c, tap] · x[c, seen by tap at place]. */
function byTaps(
  out: OnnxWriter,
  x: string,
  shape: Shape,
  w: string,
  filter: Shape,
  attributes: ConvAttributes,
): string {
  const { stride, padding, dilation } = attributes;
  const [n = 1, channels = 1, ...spatial] = shape;
  const [, , ...places] = convOutputShape(shape, filter, attributes);
  const sides = (side: 0 | 1): number[] => [0, 0, ...padding.map((range) => range[side])];
  const padded = padOf(
    out,
    x,
    shape,
    sides(0),
    sides(1),
    sides(0).map(() => 0),
  );
  const extents = [
    n,
    channels,
    ...spatial.map((extent, i) => extent + (padding[i]?.[0] ?? 0) + (padding[i]?.[1] ?? 0)),
  ];
  const kernel = filter.slice(2);
  const taps = tapsOf(kernel);
  const weights = out.op('Reshape', [w, out.ints([channels, taps.length])]);
  const products = taps.map((tap, k) => {
    const starts = tap.map((at, i) => at * (dilation[i] ?? 1));
    const ends = starts.map((start, i) => start + ((places[i] ?? 1) - 1) * (stride[i] ?? 1) + 1);
    const seen = sliceOf(out, padded, extents, [0, 0, ...starts], [n, channels, ...ends], [1, 1, ...stride]);
    const column = sliceOf(out, weights, [channels, taps.length], [0, k], [channels, k + 1], [1, 1]);
    const wide = out.op('Reshape', [column, out.ints([1, channels, ...kernel.map(() => 1)])]);
    return out.op('Mul', [seen, wide]);
  });
  return products.reduce((sum, part) => out.op('Add', [sum, part]));
}

function byGroups(
  out: OnnxWriter,
  x: string,
  shape: Shape,
  w: string,
  filter: Shape,
  attributes: ConvAttributes,
): string {
  const { groups } = attributes;
  const [channels, outChannels] = [(shape[1] ?? 1) / groups, (filter[0] ?? 1) / groups];
  const parts = Array.from({ length: groups }, (_, group) => {
    const seen = cut(out, x, shape, 1, group * channels, channels);
    const own = cut(out, w, filter, 0, group * outChannels, outChannels);
    const part = [outChannels, ...filter.slice(1)];
    const from = [shape[0] ?? 1, channels, ...shape.slice(2)];
    return plainConv(out, seen, from, own, part, { ...attributes, groups: 1 });
  });
  return out.op('Concat', parts, { axis: 1 });
}

function cut(
  out: OnnxWriter,
  value: string,
  shape: Shape,
  axis: number,
  start: number,
  count: number,
): string {
  const starts = shape.map((_, i) => (i === axis ? start : 0));
  const ends = shape.map((extent, i) => (i === axis ? start + count : extent));
  return sliceOf(
    out,
    value,
    shape,
    starts,
    ends,
    shape.map(() => 1),
  );
}

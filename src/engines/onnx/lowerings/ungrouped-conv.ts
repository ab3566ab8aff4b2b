/**
 * Convolutions in groups for devices that have none (webgpu, over three spatial axes).
 *
 * Depthwise ones are a sum over taps of elementwise products; others are a convolution per group.
 */
import { convOutputShape } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { plainConv, type Convolve } from './convolve.js';
import { tapsOf } from './filter-gradient.js';
import { concat, padOf, reshape, sliceOf } from './shaping.js';

export const ungroupedConv: Convolve = (out, x, w, attributes) => {
  const { groups } = attributes;
  if (groups === 1) return plainConv(out, x, w, attributes);
  if (w.shape[1] === 1 && w.shape[0] === groups) return byTaps(out, x, w, attributes);
  return byGroups(out, x, w, attributes);
};

/** y[c, place] = Σ over taps of w[c, tap] · x[c, seen by tap at place]. */
const byTaps: Convolve = (out, x, w, attributes) => {
  const { stride, padding, dilation } = attributes;
  const [n = 1, channels = 1] = x.shape;
  const shape = convOutputShape(x.shape, w.shape, attributes);
  const sides = (side: 0 | 1): number[] => [0, 0, ...padding.map((range) => range[side])];
  const padded = padOf(out, x, { before: sides(0), after: sides(1) });
  const kernel = w.shape.slice(2);
  const taps = tapsOf(kernel);
  const weights = reshape(out, w, [channels, taps.length]);
  const products = taps.map((tap, k) => {
    const starts = tap.map((at, i) => at * (dilation[i] ?? 1));
    const ends = starts.map((start, i) => start + ((shape[i + 2] ?? 1) - 1) * (stride[i] ?? 1) + 1);
    const seen = sliceOf(out, padded, {
      starts: [0, 0, ...starts],
      ends: [n, channels, ...ends],
      steps: [1, 1, ...stride],
    });
    const column = sliceOf(out, weights, { starts: [0, k], ends: [channels, k + 1] });
    const wide = reshape(out, column, [1, channels, ...kernel.map(() => 1)]);
    return out.op('Mul', [seen, wide], shape);
  });
  return products.reduce((sum, part) => out.op('Add', [sum, part], shape));
};

const byGroups: Convolve = (out, x, w, attributes) => {
  const { groups } = attributes;
  const parts = Array.from({ length: groups }, (_, group) => {
    const seen = partOf(out, x, { axis: 1, group, groups });
    const own = partOf(out, w, { axis: 0, group, groups });
    return plainConv(out, seen, own, { ...attributes, groups: 1 });
  });
  return concat(out, parts, 1);
};

/** One of `groups` equal parts along an axis. */
function partOf(
  out: OnnxWriter,
  value: OnnxValue,
  { axis, group, groups }: { readonly axis: number; readonly group: number; readonly groups: number },
): OnnxValue {
  const count = (value.shape[axis] ?? 1) / groups;
  return sliceOf(out, value, {
    starts: value.shape.map((_, i) => (i === axis ? group * count : 0)),
    ends: value.shape.map((extent, i) => (i === axis ? (group + 1) * count : extent)),
  });
}

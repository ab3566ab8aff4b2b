/**
 * Depthwise convolution of blocked channels, with the planes of a channel below one another as the lines of one:
 * `[N, C, D · (H + gap), W]`. The gap holds the zeros that a plane sees above and below. A tap of the filter's depth moves by
 * whole planes, which is padding: nothing is cut out, the depth stays where it is, and the convolution, its input gradient and
 * its filter gradient read the same values.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { conv2d, enterBlocks, filterBlocks, leaveBlocks } from './blocks.js';
import { padOf, reshape, sliceOf } from './shaping.js';

/** True for a depthwise filter of several depth taps that steps through all lines and planes, and leaves heights as they are. */
export function suitsLines(x: Shape, w: Shape, attributes: ConvAttributes): boolean {
  const { stride, padding, groups } = attributes;
  const within = sizeOf(w.slice(3)) > 1;
  if (groups === 1 || w[2] === 1 || !within || stride[0] !== 1 || stride[1] !== 1) return false;
  const [depth = [0, 0], height = [0, 0]] = padding;
  const reached = ([before, after]: readonly [number, number], axis: number): boolean =>
    Math.max(before, after) <= reachOf(w, attributes, axis);
  return reached(depth, 0) && reached(height, 1) && convOutputShape(x, w, attributes)[3] === x[3];
}

/** Places between the first tap of an axis and its last. */
export const reachOf = (w: Shape, { dilation }: Pick<ConvAttributes, 'dilation'>, axis: number): number =>
  (dilation[axis] ?? 1) * ((w[axis + 2] ?? 1) - 1);

/** `[N, C, D, H, W]` as `[N, C, D · (H + gap), W]` in blocks. */
export function linesOf(out: OnnxWriter, x: OnnxValue, gap: number, block: number): OnnxValue {
  const [n = 1, channels = 1, depth = 1, height = 1, width = 1] = x.shape;
  const padded = padOf(out, x, { before: [0, 0, 0, 0, 0], after: [0, 0, 0, gap, 0] });
  return enterBlocks(out, reshape(out, padded, [n, channels, depth * (height + gap), width]), block);
}

/** Padding cannot be negative, so the result has planes that nobody asked for before and after, which are cut off. */
export function depthwiseLines(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  block: number,
): OnnxValue {
  const [n = 1, channels = 1, depth = 1, height = 1] = x.shape;
  const { stride, padding, dilation, groups } = attributes;
  const [[front] = [0, 0], [above, below] = [0, 0], beside = [0, 0]] = padding;
  const [, , places = 1, , width = 1] = convOutputShape(x.shape, w.shape, attributes);
  const gap = Math.max(above, below);
  const pitch = height + gap;
  const reach = reachOf(w.shape, attributes, 0);
  const lines = linesOf(out, x, gap, block);
  let sum: OnnxValue | undefined;
  for (let tap = 0; tap < (w.shape[2] ?? 1); tap++) {
    const moved = tap * (dilation[0] ?? 1);
    const before = (reach - moved) * pitch + above;
    const after = moved * pitch + reachOf(w.shape, attributes, 1) - above;
    const within = {
      stride: [1, stride[2] ?? 1],
      padding: [[before, after] as const, beside],
      dilation: dilation.slice(1),
      groups,
    };
    sum = conv2d(out, lines, filterBlocks(out, w, block, tap), within, { block, ...(sum && { sum }) });
  }
  const open = leaveBlocks(out, sum ?? lines, channels);
  const whole = reshape(out, open, [n, channels, depth + reach, pitch, width]);
  const first = reach - front;
  return sliceOf(out, whole, {
    starts: [0, 0, first, 0, 0],
    ends: [n, channels, first + places, height, width],
  });
}

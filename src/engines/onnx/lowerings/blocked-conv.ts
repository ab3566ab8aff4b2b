/**
 * Convolution through ONNX Runtime's kernels for blocked channels, `[N, C / block, H, W, block]`: a vector register
 * holds one place of a block, so that depthwise filters run at full width, and dense ones need no im2col.
 *
 * Those kernels know two spatial axes. A 3D convolution is the sum, over the filter's depth, of 2D convolutions of
 * whole planes; with the depth outermost, `[D, N, C, H, W]`, what one tap sees is one contiguous cut. Filters along
 * the depth alone take H and W as one axis instead.
 *
 * Source: MLAS in onnxruntime (core/mlas/lib/snchwc.cpp, contrib_ops/cpu/nchwc_ops.cc).
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxWriter } from '../writer.js';
import { padOf, sliceOf } from './layout.js';
import { BLOCKED } from './lowering.js';

type Range = readonly [before: number, after: number];

/** ONNX Runtime reorders whole fours of channels. */
const CHANNEL_UNIT = 4;
/** The largest share of work on channels that only fill up a block. */
const WASTE = 1.4;

/** Whether these kernels can run a convolution, and faster than the usual ones. */
export function suitsBlocks(x: Shape, w: Shape, { groups }: ConvAttributes, block: number): boolean {
  const [channels = 1, out = 1] = [x[1], w[0]];
  if (block === 1 || x.length !== 5 || sizeOf(w.slice(2)) === 1) return false;
  if (channels % CHANNEL_UNIT !== 0 || out % CHANNEL_UNIT !== 0) return false;
  const waste = (n: number): number => rounded(n, block) / n;
  if (groups > 1) return groups === channels && out === channels && waste(channels) <= WASTE;
  const fits = channels >= block && waste(channels) * waste(out) <= WASTE;
  return fits && sizeOf(w) < sizeOf(x);
}

export function rounded(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

export function blockedConv(
  out: OnnxWriter,
  x: string,
  shape: Shape,
  w: string,
  filter: Shape,
  attributes: ConvAttributes,
  block: number,
): string {
  const flat = alongDepth(shape, filter, attributes);
  if (flat) {
    const view = out.op('Reshape', [x, out.ints(flat.shape)]);
    const blocked = out.op('ReorderInput', [view], {}, BLOCKED);
    const y = conv2d(out, blocked, filterBlocks(out, w, filter, block), flat.filter, flat.attributes, block);
    const [, , ...places] = convOutputShape(shape, filter, attributes);
    return out.op('Reshape', [leave(out, y, filter), out.ints([shape[0] ?? 1, filter[0] ?? 1, ...places])]);
  }
  return byPlanes(out, x, shape, w, filter, attributes, block);
}

/** A convolution along the depth alone as one over `[N, C, D, H · W]`. */
function alongDepth(shape: Shape, filter: Shape, { stride, padding, dilation, groups }: ConvAttributes) {
  const alone = [1, 2].every(
    (axis) => filter[axis + 2] === 1 && stride[axis] === 1 && padding[axis]?.every((side) => side === 0),
  );
  if (!alone) return undefined;
  const [n = 1, channels = 1, depth = 1, ...plane] = shape;
  const attributes = {
    stride: [stride[0] ?? 1, 1],
    padding: [padding[0] ?? [0, 0], [0, 0] as const],
    dilation: [dilation[0] ?? 1, 1],
    groups,
  };
  return {
    shape: [n, channels, depth, sizeOf(plane)],
    filter: [...filter.slice(0, 3), 1],
    attributes,
  };
}

/** The sum over the filter's depth of convolutions of whole planes. */
function byPlanes(
  out: OnnxWriter,
  x: string,
  shape: Shape,
  w: string,
  filter: Shape,
  attributes: ConvAttributes,
  block: number,
): string {
  const { stride, padding, dilation, groups } = attributes;
  const [n = 1] = shape;
  const [, , ...places] = convOutputShape(shape, filter, attributes);
  const [step = 1, reach = 1] = [stride[0], dilation[0]];
  const planes = planesOf(out, x, shape, padding[0] ?? [0, 0]);
  const within = {
    stride: stride.slice(1),
    padding: padding.slice(1),
    dilation: dilation.slice(1),
    groups,
  };
  const flatFilter = [...filter.slice(0, 2), ...filter.slice(3)];
  let sum: string | undefined;
  for (let tap = 0; tap < (filter[2] ?? 1); tap++) {
    const seen = cutPlanes(out, planes, n, tap * reach, places[0] ?? 1, step);
    sum = conv2d(out, seen, filterBlocks(out, w, filter, block, tap), flatFilter, within, block, sum);
  }
  const [depth = 1, ...plane] = places;
  const unblocked = leave(out, sum as string, filter);
  const outermost = out.op('Reshape', [unblocked, out.ints([depth, n, filter[0] ?? 1, ...plane])]);
  return out.op('Transpose', [outermost], { perm: [1, 2, 0, 3, 4] });
}

/** Planes in blocks, depth outermost, with zeros before and after. */
export interface Planes {
  /** `[D · N, C, H, W]` in blocks. */
  readonly value: string;
  readonly depth: number;
  /** C (filled up to whole blocks), H and W. */
  readonly rest: Shape;
}

export function planesOf(out: OnnxWriter, x: string, shape: Shape, [before, after]: Range): Planes {
  const [n = 1, channels = 1, depth = 1, ...plane] = shape;
  const zeros = (d: number): number[] => [0, 0, d, 0, 0];
  const padded = padOf(out, x, shape, zeros(before), zeros(after), zeros(0));
  const outermost = out.op('Transpose', [padded], { perm: [2, 0, 1, 3, 4] });
  const whole = depth + before + after;
  const view = out.op('Reshape', [outermost, out.ints([whole * n, channels, ...plane])]);
  return { value: out.op('ReorderInput', [view], {}, BLOCKED), depth: whole, rest: plane };
}

/** The planes that one tap sees: `count` of them from `start` on, `step` apart. */
export function cutPlanes(
  out: OnnxWriter,
  { value, depth }: Planes,
  n: number,
  start: number,
  count: number,
  step: number,
): string {
  if (start === 0 && count === depth) return value;
  const end = start + (count - 1) * step + 1;
  if (step === 1 || n === 1)
    return out.op('Slice', [
      value,
      out.ints([start * n]),
      out.ints([end * n]),
      out.ints([0]),
      out.ints([step]),
    ]);
  const places = Array.from(
    { length: count * n },
    (_, i) => (start + Math.floor(i / n) * step) * n + (i % n),
  );
  return out.op('Gather', [value, out.ints(places)], { axis: 0 });
}

/**
 * One depth tap of a filter `[O, C / groups, kd, kh, kw]` in blocks; without a tap, all of a filter along the depth
 * alone. Channels are filled up with zeros.
 */
function filterBlocks(out: OnnxWriter, w: string, filter: Shape, block: number, tap?: number): string {
  const [outChannels = 1, perGroup = 1, ...kernel] = filter;
  const depthwise = perGroup === 1;
  const wide = rounded(outChannels, block);
  const deep = depthwise ? 1 : rounded(perGroup, block);
  const none = filter.map(() => 0);
  const padded = padOf(out, w, filter, none, [wide - outChannels, deep - perGroup, 0, 0, 0], none);
  const inner = depthwise ? 1 : block;
  const cells = out.op('Reshape', [padded, out.ints([wide / block, block, deep / inner, inner, ...kernel])]);
  // [kd, O / b, C / b, kh, kw, b in, b out]; a filter along the depth alone keeps kd as its height
  const perm = tap === undefined ? [0, 2, 4, 5, 6, 3, 1] : [4, 0, 2, 5, 6, 3, 1];
  const turned = out.op('Transpose', [cells], { perm });
  if (tap === undefined) return out.op('Reshape', [turned, out.ints([wide, deep, kernel[0] ?? 1, 1])]);
  const [depth = 1, height = 1, width = 1] = kernel;
  const taps = out.op('Reshape', [turned, out.ints([depth * wide, deep, height, width])]);
  const shape = [depth * wide, deep, height, width];
  return sliceOf(
    out,
    taps,
    shape,
    [tap * wide, 0, 0, 0],
    [(tap + 1) * wide, deep, height, width],
    [1, 1, 1, 1],
  );
}

/** A 2D convolution of blocks, added to `sum` where there is one. */
export function conv2d(
  out: OnnxWriter,
  x: string,
  w: string,
  filter: Shape,
  { stride, padding, dilation, groups }: ConvAttributes,
  block: number,
  sum?: string,
): string {
  const [top = [0, 0], side = [0, 0]] = padding;
  const attributes = {
    kernel_shape: filter.slice(2),
    strides: stride,
    pads: [top[0], side[0], top[1], side[1]],
    dilations: dilation,
    group: groups === 1 ? 1 : rounded(groups, block),
  };
  return out.op('Conv', sum === undefined ? [x, w] : [x, w, '', sum], attributes, BLOCKED);
}

function leave(out: OnnxWriter, y: string, filter: Shape): string {
  return out.op('ReorderOutput', [y], { channels: filter[0] ?? 1 }, BLOCKED);
}

/**
 * Convolution through ONNX Runtime's kernels for blocked channels, `[N, C / block, H, W, block]`: a vector register
 * holds one place of a block, so that depthwise filters run at full width, and dense ones need no im2col.
 *
 * The kernels know two spatial axes. A 3D convolution is the sum, over the filter's depth, of 2D convolutions of
 * whole planes; with the depth outermost, `[D, N, C, H, W]`, what one tap sees is one contiguous cut. Filters along
 * the depth alone take H and W as one axis instead.
 *
 * Source: MLAS in onnxruntime (core/mlas/lib/snchwc.cpp, contrib_ops/cpu/nchwc_ops.cc).
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { conv2d, enterBlocks, filterBlocks, leaveBlocks, rounded } from './blocks.js';
import { depthwiseLines, suitsLines } from './depthwise-lines.js';
import { padOf, reshape, permute } from './shaping.js';

type Range = readonly [before: number, after: number];

/** ONNX Runtime reorders whole fours of channels. */
const CHANNEL_UNIT = 4;
/** The largest share of work on channels that only fill up a block. */
const WASTE = 1.4;

/** True where these kernels can run a convolution, and faster than the usual ones. */
export function suitsBlocks(x: Shape, w: Shape, { groups }: ConvAttributes, block: number): boolean {
  const [channels = 1, out = 1] = [x[1], w[0]];
  if (block === 1 || x.length !== 5 || sizeOf(w.slice(2)) === 1) return false;
  if (channels % CHANNEL_UNIT !== 0 || out % CHANNEL_UNIT !== 0) return false;
  const waste = (n: number): number => rounded(n, block) / n;
  if (groups > 1) return groups === channels && out === channels && waste(channels) <= WASTE;
  const fits = channels >= block && waste(channels) * waste(out) <= WASTE;
  return fits && sizeOf(w) < sizeOf(x);
}

export function blockedConv(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  block: number,
): OnnxValue {
  const flat = alongDepth(x.shape, w.shape, attributes);
  if (!flat)
    return suitsLines(x.shape, w.shape, attributes)
      ? depthwiseLines(out, x, w, attributes, block)
      : byPlanes(out, x, w, attributes, block);
  const blocked = enterBlocks(out, reshape(out, x, flat.shape), block);
  const y = conv2d(out, blocked, filterBlocks(out, w, block), flat.attributes, { block });
  return reshape(out, leaveBlocks(out, y, w.shape[0] ?? 1), convOutputShape(x.shape, w.shape, attributes));
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
  return { shape: [n, channels, depth, sizeOf(plane)], attributes };
}

/** The sum over the filter's depth of convolutions of whole planes. */
function byPlanes(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  block: number,
): OnnxValue {
  const { stride, padding, dilation, groups } = attributes;
  const [n = 1] = x.shape;
  const [, outChannels = 1, depth = 1, ...plane] = convOutputShape(x.shape, w.shape, attributes);
  const [step = 1, reach = 1] = [stride[0], dilation[0]];
  const open = planesOf(out, x, padding[0] ?? [0, 0], block);
  const flat = padding.slice(1);
  const framed =
    groups === 1 ? frameLines(out, open.value, flat, block) : { value: open.value, padding: flat };
  const planes = { ...open, value: framed.value };
  const within = {
    stride: stride.slice(1),
    padding: framed.padding,
    dilation: dilation.slice(1),
    groups,
  };
  let sum: OnnxValue | undefined;
  for (let tap = 0; tap < (w.shape[2] ?? 1); tap++) {
    const seen = cutPlanes(out, planes, n, { start: tap * reach, count: depth, step });
    sum = conv2d(out, seen, filterBlocks(out, w, block, tap), within, { block, ...(sum && { sum }) });
  }
  const unblocked = leaveBlocks(out, sum ?? planes.value, outChannels);
  const outermost = reshape(out, unblocked, [depth, n, outChannels, ...plane]);
  return permute(out, outermost, [1, 2, 0, 3, 4], [n, outChannels, depth, ...plane]);
}

/** Planes in blocks, depth outermost, with zeros before and after. */
export interface Planes {
  /** `[D · N, C, H, W]` in blocks. */
  readonly value: OnnxValue;
  readonly depth: number;
}

export function planesOf(out: OnnxWriter, x: OnnxValue, [before, after]: Range, block: number): Planes {
  const [n = 1, channels = 1, depth = 1, ...plane] = x.shape;
  const padded = padOf(out, x, { before: [0, 0, before, 0, 0], after: [0, 0, after, 0, 0] });
  const whole = depth + before + after;
  const view = permute(out, padded, [2, 0, 1, 3, 4], [whole * n, channels, ...plane]);
  return { value: enterBlocks(out, view, block), depth: whole };
}

/** Zeros beside a line from which on they are written down, and their least share of its places. */
const WIDE_FRAME = 3;
const WIDE_SHARE = 1 / 4;

/**
 * The runtime's kernels for dense filters compute places that see zeros beside a line one by one, others six at a time. Where many places do, the
 * zeros are written down. Returns the value `[N, C, H, W]` in blocks, and the padding that is left.
 */
export function frameLines(
  out: OnnxWriter,
  x: OnnxValue,
  padding: readonly Range[],
  block: number,
): { readonly value: OnnxValue; readonly padding: readonly Range[] } {
  const [n = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [lines = [0, 0], [left, right] = [0, 0]] = padding;
  if (left + right < Math.max(WIDE_FRAME, WIDE_SHARE * width)) return { value: x, padding };
  const rows = reshape(out, x, [n, channels / block, height, width * block]);
  const before = [0, 0, 0, left * block];
  const wide = padOf(out, rows, { before, after: [0, 0, 0, right * block] });
  const value = reshape(out, wide, [n, channels, height, width + left + right]);
  return { value, padding: [lines, [0, 0]] };
}

/** So many planes from `start` on, `step` apart. */
interface PlaneRange {
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

/** The planes that one tap sees, each of `n` samples. */
export function cutPlanes(
  out: OnnxWriter,
  { value, depth }: Planes,
  n: number,
  { start, count, step }: PlaneRange,
): OnnxValue {
  if (start === 0 && count === depth) return value;
  const shape = [count * n, ...value.shape.slice(1)];
  const end = start + (count - 1) * step + 1;
  if (step === 1 || n === 1) {
    const [from, to] = [out.ints([start * n]), out.ints([end * n])];
    return out.op('Slice', [value, from, to, out.ints([0]), out.ints([step])], shape);
  }
  const places = Array.from(
    { length: count * n },
    (_, i) => (start + Math.floor(i / n) * step) * n + (i % n),
  );
  return out.op('Gather', [value, out.ints(places)], shape, { axis: 0 });
}

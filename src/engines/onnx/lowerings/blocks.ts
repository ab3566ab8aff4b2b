/**
 * Values and filters in blocks of channels, and the 2D convolution of ONNX Runtime that reads them.
 */
import { convOutputShape, type ConvAttributes } from '../../../ir/ops/convolution.js';
import { ABSENT, type OnnxValue, type OnnxWriter } from '../writer.js';
import { BLOCKED } from './lowering.js';
import { padOf, reshape, sliceOf, transpose } from './shaping.js';

export function rounded(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/**
 * One depth tap of a filter `[O, C / groups, kd, kh, kw]` in blocks; without a tap, all of a filter along the depth
 * alone. Channels are filled up with zeros.
 */
export function filterBlocks(out: OnnxWriter, w: OnnxValue, block: number, tap?: number): OnnxValue {
  const [outChannels = 1, perGroup = 1, ...kernel] = w.shape;
  const depthwise = perGroup === 1;
  const wide = rounded(outChannels, block);
  const deep = depthwise ? 1 : rounded(perGroup, block);
  const padded = padOf(out, w, {
    before: w.shape.map(() => 0),
    after: [wide - outChannels, deep - perGroup, 0, 0, 0],
  });
  const inner = depthwise ? 1 : block;
  const cells = reshape(out, padded, [wide / block, block, deep / inner, inner, ...kernel]);
  // [kd, O / b, C / b, kh, kw, b in, b out]; a filter along the depth alone keeps kd as its height
  const perm = tap === undefined ? [0, 2, 4, 5, 6, 3, 1] : [4, 0, 2, 5, 6, 3, 1];
  const turned = transpose(out, cells, perm);
  if (tap === undefined) return reshape(out, turned, [wide, deep, kernel[0] ?? 1, 1]);
  const [depth = 1, height = 1, width = 1] = kernel;
  const taps = reshape(out, turned, [depth * wide, deep, height, width]);
  return sliceOf(out, taps, { starts: [tap * wide, 0, 0, 0], ends: [(tap + 1) * wide, deep, height, width] });
}

/** A 2D convolution of blocks, added to `sum` where there is one. */
export function conv2d(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  { block, sum }: { readonly block: number; readonly sum?: OnnxValue },
): OnnxValue {
  const { stride, padding, dilation } = attributes;
  const [top = [0, 0], side = [0, 0]] = padding;
  const groups = attributes.groups === 1 ? 1 : rounded(attributes.groups, block);
  return out.op(
    'Conv',
    sum === undefined ? [x, w] : [x, w, ABSENT, sum],
    convOutputShape(x.shape, w.shape, { ...attributes, groups }),
    {
      kernel_shape: w.shape.slice(2),
      strides: stride,
      pads: [top[0], side[0], top[1], side[1]],
      dilations: dilation,
      group: groups,
    },
    BLOCKED,
  );
}

/** `[N, C, H, W]` in blocks, its channels filled up to whole ones. */
export function enterBlocks(out: OnnxWriter, x: OnnxValue, block: number): OnnxValue {
  const [n = 1, channels = 1, ...plane] = x.shape;
  return out.op('ReorderInput', [x], [n, rounded(channels, block), ...plane], {}, BLOCKED);
}

/** The first `channels` of a value in blocks. */
export function leaveBlocks(out: OnnxWriter, y: OnnxValue, channels: number): OnnxValue {
  const [n = 1, , ...plane] = y.shape;
  return out.op('ReorderOutput', [y], [n, channels, ...plane], { channels }, BLOCKED);
}

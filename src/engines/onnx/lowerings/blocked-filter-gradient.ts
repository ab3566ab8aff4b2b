/**
 * The filter gradient of a depthwise convolution as a depthwise convolution of blocked channels.
 *
 * dW[c, tap] = Σ over planes of Σ over places of dy · what the tap sees of x: for one plane a convolution of x with dy
 * as its filter. Planes become channels, `[1, D · N · C, H, W]`, so that each has a filter of its own, and both
 * operands are in blocks without further ado. The stride becomes the dilation and the other way round.
 */
import type { Shape } from '../../../core/tensor.js';
import type { ConvFilterGradAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { cutPlanes, planesOf, suitsBlocks } from './blocked-conv.js';
import { conv2d, rounded } from './blocks.js';
import { linesOf, reachOf, suitsLines } from './depthwise-lines.js';
import type { LoweringSite } from './lowering.js';
import { concat, reshape, sliceOf, transpose } from './shaping.js';

/** Depthwise, within planes: filters along the depth alone are cheap as products. */
export function suitsBlockedGradient(x: Shape, attributes: ConvFilterGradAttributes, block: number): boolean {
  const { filterShape, groups } = attributes;
  const within = (filterShape[3] ?? 1) * (filterShape[4] ?? 1) > 1;
  return groups > 1 && within && suitsBlocks(x, filterShape, attributes, block);
}

export function blockedFilterGradient(site: LoweringSite<'convFilterGrad'>, block: number): OnnxValue {
  const {
    inputs: [{ shape }],
    attributes,
  } = site;
  return gradientInLines(shape, attributes) ? byLines(site, block) : byPlanes(site, block);
}

function byPlanes(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  block: number,
): OnnxValue {
  const { stride, padding, dilation, filterShape } = attributes;
  const [n = 1, , , ...plane] = x.shape;
  const [, channels = 1, places = 1, ...seen] = dy.shape;
  const wide = rounded(channels, block);
  const all = places * n * wide;
  const planes = planesOf(out, x, padding[0] ?? [0, 0], block);
  const grown = planesOf(out, dy, [0, 0], block);
  const filters = reshape(out, grown.value, [all, 1, ...seen]);
  const within = {
    stride: dilation.slice(1),
    padding: padding.slice(1),
    dilation: stride.slice(1),
    groups: all,
  };
  const range = { count: places, step: stride[0] ?? 1 };
  const taps = Array.from({ length: filterShape[2] ?? 1 }, (_, tap) => {
    const cut = cutPlanes(out, planes, n, { start: tap * (dilation[0] ?? 1), ...range });
    const view = reshape(out, cut, [1, all, ...plane]);
    const products = conv2d(out, view, filters, within, { block });
    return sumOverPlanes(out, products, wide, block);
  });
  return assemble(out, concat(out, taps, 1), [channels, ...filterShape.slice(3)]);
}

/** True where all planes can be lines of one, and every tap moves by padding, which cannot be negative. */
export function gradientInLines(x: Shape, attributes: ConvFilterGradAttributes): boolean {
  const { padding, filterShape } = attributes;
  const [, , , height = 1] = x;
  if (!suitsLines(x, filterShape, attributes)) return false;
  const [[before, after] = [0, 0], [above, below] = [0, 0]] = padding;
  const pitch = height + Math.max(above, below);
  const reach = reachOf(filterShape, attributes, 1);
  return before * pitch + above >= reach && after * pitch >= above;
}

/**
 * The same with all planes of a channel as the lines of one, which is what the convolution itself and the input gradient read: a
 * tap of the filter's height is a convolution, whose stride goes from one depth tap to the next.
 */
function byLines(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  block: number,
): OnnxValue {
  const { stride, padding, dilation, filterShape } = attributes;
  const [deep = [0, 0], high = [0, 0], beside = [0, 0]] = padding;
  const [n = 1] = x.shape;
  const [channels = 1, , depthTaps = 1, heightTaps = 1] = filterShape;
  const wide = rounded(channels, block);
  const gap = Math.max(...high);
  const pitch = (x.shape[3] ?? 1) + gap;
  const joined = (value: OnnxValue, lead: Shape): OnnxValue =>
    reshape(out, value, [...lead, ...value.shape.slice(2)]);
  const rows = joined(linesOf(out, x, gap, block), [1, n * wide]);
  const filters = joined(linesOf(out, dy, gap, block), [n * wide, 1]);
  const taps = Array.from({ length: heightTaps }, (_, tap) => {
    const shift = tap * (dilation[1] ?? 1) - high[0];
    const within = {
      stride: [(dilation[0] ?? 1) * pitch, dilation[2] ?? 1],
      padding: [[deep[0] * pitch - shift, deep[1] * pitch + shift] as const, beside],
      dilation: [1, stride[2] ?? 1],
      groups: n * wide,
    };
    const sum = sumOverPlanes(out, conv2d(out, rows, filters, within, { block }), wide, block);
    const [blocks = 1, , , width = 1] = sum.shape;
    return reshape(out, sum, [blocks, depthTaps, 1, width, block]);
  });
  return assemble(out, concat(out, taps, 2), [channels, ...filterShape.slice(3)]);
}

/** `[1, planes · C, kh, kw]` in blocks → `[C / b, 1, kh, kw, b]`. */
function sumOverPlanes(out: OnnxWriter, products: OnnxValue, channels: number, block: number): OnnxValue {
  const [, all = 1, ...kernel] = products.shape;
  const cells = [channels / block, ...kernel, block];
  const open = reshape(out, products, [all / channels, ...cells]);
  const sum = out.op('ReduceSum', [open, out.ints([0])], cells, { keepdims: 0 });
  return reshape(out, sum, [channels / block, 1, ...kernel, block]);
}

/** `[C / b, kd, height, width, b]` → `[C, 1, kd, kh, kw]`, what is filled up or larger cut off. */
function assemble(
  out: OnnxWriter,
  sums: OnnxValue,
  [channels = 1, kernelHeight = 1, kernelWidth = 1]: Shape,
): OnnxValue {
  const [blocks = 1, depth = 1, height = 1, width = 1, block = 1] = sums.shape;
  const first = transpose(out, sums, [0, 4, 1, 2, 3]);
  const whole = reshape(out, first, [blocks * block, 1, depth, height, width]);
  return sliceOf(out, whole, {
    starts: [0, 0, 0, 0, 0],
    ends: [channels, 1, depth, kernelHeight, kernelWidth],
  });
}

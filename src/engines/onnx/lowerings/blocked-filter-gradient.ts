/**
 * The filter gradient of a depthwise convolution as a depthwise convolution of blocked channels.
 *
 * dW[c, tap] = Σ over planes of Σ over places of dy · what the tap sees of x: for one plane a convolution of x with dy
 * as its filter. Planes become channels, `[1, D · N · C, H, W]`, so that each has a filter of its own, and both
 * operands are in blocks without further ado. The stride becomes the dilation and the other way round.
 */
import type { Shape } from '../../../core/tensor.js';
import type { ConvFilterGradAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxWriter } from '../writer.js';
import { conv2d, cutPlanes, planesOf, rounded, suitsBlocks } from './blocked-conv.js';
import type { LoweringSite } from './lowering.js';

/** Depthwise, within planes: filters along the depth alone are cheap as products. */
export function suitsBlockedGradient(x: Shape, attributes: ConvFilterGradAttributes, block: number): boolean {
  const { filterShape, groups } = attributes;
  const within = (filterShape[3] ?? 1) * (filterShape[4] ?? 1) > 1;
  return groups > 1 && within && suitsBlocks(x, filterShape, attributes, block);
}

export function blockedFilterGradient(
  { out, inputs: [x, dy], types: [xType, dyType], attributes }: LoweringSite<'convFilterGrad'>,
  block: number,
): string {
  const { stride, padding, dilation, filterShape } = attributes;
  const [n = 1, , , ...plane] = xType.shape;
  const [, channels = 1, places = 1, ...seen] = dyType.shape;
  const wide = rounded(channels, block);
  const all = places * n * wide;
  const planes = planesOf(out, x, xType.shape, padding[0] ?? [0, 0]);
  const grown = planesOf(out, dy, dyType.shape, [0, 0]);
  const filters = out.op('Reshape', [grown.value, out.ints([all, 1, ...seen])]);
  const within = {
    stride: dilation.slice(1),
    padding: padding.slice(1),
    dilation: stride.slice(1),
    groups: all,
  };
  const kernel = filterShape.slice(3);
  const extents = plane.map((extent, i) => {
    const [before, after] = padding[i + 1] ?? [0, 0];
    const reach = ((seen[i] ?? 1) - 1) * (stride[i + 1] ?? 1) + 1;
    return Math.floor((extent + before + after - reach) / (dilation[i + 1] ?? 1)) + 1;
  });
  const taps = Array.from({ length: filterShape[2] ?? 1 }, (_, tap) => {
    const cut = cutPlanes(out, planes, n, tap * (dilation[0] ?? 1), places, stride[0] ?? 1);
    const view = out.op('Reshape', [cut, out.ints([1, all, ...plane])]);
    const products = conv2d(out, view, filters, [all, 1, ...seen], within, block);
    return sumOverPlanes(out, products, [places * n, wide / block, ...extents, block]);
  });
  return assemble(out, taps, [wide / block, ...extents, block], [channels, ...kernel]);
}

/** `[planes, C / b, kh, kw, b]` → `[C / b, 1, kh, kw, b]`. */
function sumOverPlanes(out: OnnxWriter, products: string, shape: Shape): string {
  const open = out.op('Reshape', [products, out.ints(shape)]);
  const sum = out.op('ReduceSum', [open, out.ints([0])], { keepdims: 0 });
  return out.op('Reshape', [sum, out.ints([shape[1] ?? 1, 1, ...shape.slice(2)])]);
}

/** One value per depth tap → `[C, 1, kd, kh, kw]`. */
function assemble(
  out: OnnxWriter,
  taps: readonly string[],
  [blocks = 1, height = 1, width = 1, block = 1]: Shape,
  [channels = 1, kernelHeight = 1, kernelWidth = 1]: Shape,
): string {
  const deep = taps.length === 1 ? (taps[0] as string) : out.op('Concat', taps, { axis: 1 });
  const first = out.op('Transpose', [deep], { perm: [0, 4, 1, 2, 3] });
  const whole = out.op('Reshape', [first, out.ints([blocks * block, 1, taps.length, height, width])]);
  const ends = out.ints([channels, kernelHeight, kernelWidth]);
  return out.op('Slice', [whole, out.ints([0, 0, 0]), ends, out.ints([0, 3, 4])]);
}

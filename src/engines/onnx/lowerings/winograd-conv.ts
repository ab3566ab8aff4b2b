/**
 * Convolution and filter gradient by minimal filtering along the depth; how and why stands in `winograd.ts`.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import {
  convOutputShape,
  type ConvAttributes,
  type ConvFilterGradAttributes,
} from '../../../ir/ops/convolution.js';
import type { OnnxWriter } from '../writer.js';
import { rounded } from './blocked-conv.js';
import { filterGradient } from './filter-gradient.js';
import { padOf, sliceOf } from './layout.js';
import { BLOCKED, type LoweringSite } from './lowering.js';
import { fusedProduct } from './products.js';
import { combine, combineFilter, spread, tilingOf, type Tiling } from './winograd.js';

/** The largest share of a convolution's own products that tiles may need. */
const SAVING = 0.8;

/** Weights per value of the input from which combining the filter costs more than it saves. */
const LARGE_FILTER = 12;

/** The largest share where channels are filled up to whole blocks, counting those that only fill up. */
const FILLED_SHARE = 1;

/** Products that tiles need, as a share of a convolution's own. */
function shareOfProducts(x: Shape, w: Shape, attributes: ConvAttributes): number {
  const tiling = tilingOf(x, w, attributes);
  if (!tiling) return Infinity;
  const [, , planes = 1] = convOutputShape(x, w, attributes);
  return (tiling.tiles * tiling.products) / (planes * (w[2] ?? 1));
}

/** Whether tiles, in blocks of `block` channels, are the fastest way to run a convolution. */
export function suitsTiles(x: Shape, w: Shape, attributes: ConvAttributes, block: number): boolean {
  const [out = 1, channels = 1, , ...kernel] = w;
  // filters along the depth alone are too cheap, and large filters take longer to combine than to use
  if (block === 1 || sizeOf(kernel) === 1 || sizeOf(w) >= LARGE_FILTER * sizeOf(x)) return false;
  const share = shareOfProducts(x, w, attributes);
  const filling = (rounded(out, block) * rounded(channels, block)) / (out * channels);
  return share <= SAVING && (filling === 1 || share * filling <= FILLED_SHARE);
}

/** Channels on either side below which combining the operands costs more than it saves. */
const FEW_CHANNELS = 8;

/** The same for the filter gradient, which needs no blocks. */
export function suitsTiledGradient(x: Shape, attributes: ConvFilterGradAttributes): boolean {
  const { filterShape } = attributes;
  const [out = 1, channels = 1, , ...kernel] = filterShape;
  return (
    Math.min(out, channels) >= FEW_CHANNELS &&
    sizeOf(kernel) > 1 &&
    shareOfProducts(x, filterShape, attributes) <= SAVING
  );
}

/** `mirrored`: with the filter reversed and its channels swapped, as the input gradient needs it. */
export function tiledConv(
  out: OnnxWriter,
  x: string,
  shape: Shape,
  w: string,
  filter: Shape,
  attributes: ConvAttributes,
  block: number,
  mirrored = false,
): string {
  const [high = 1, deep = 1, ...kernel] = filter;
  const [to, from] = mirrored ? [deep, high] : [high, deep];
  const tiling = tilingOf(shape, [to, from, ...kernel], attributes) as Tiling;
  const { stride, padding, dilation } = attributes;
  const [top = [0, 0], side = [0, 0]] = padding.slice(1);
  const wide = [shape[0] ?? 1, rounded(from, block), ...shape.slice(2)];
  const planes = combine(out, filledUp(out, x, shape, wide), wide, tiling.inputs, tiling.tiles);
  const blocks = out.op('ReorderInput', [planes], {}, BLOCKED);
  const filters = tiledFilter(out, w, filter, tiling, block, mirrored);
  const products = out.op(
    'Conv',
    [blocks, filters],
    {
      kernel_shape: filter.slice(3),
      strides: stride.slice(1),
      pads: [top[0], side[0], top[1], side[1]],
      dilations: dilation.slice(1),
      group: tiling.products,
    },
    BLOCKED,
  );
  const channels = tiling.products * rounded(to, block);
  const left = out.op('ReorderOutput', [products], { channels }, BLOCKED);
  const [batch = 1, , ...places] = convOutputShape(shape, [to, from, ...kernel], attributes);
  const result = [batch, rounded(to, block), ...places];
  const y = spread(out, left, result, tiling.outputs);
  const none = result.map(() => 0);
  return sliceOf(
    out,
    y,
    result,
    none,
    [batch, to, ...places],
    none.map(() => 1),
  );
}

/** With zeros after what it holds, up to a shape. */
function filledUp(out: OnnxWriter, x: string, shape: Shape, wide: Shape): string {
  const none = shape.map(() => 0);
  const after = wide.map((extent, axis) => extent - (shape[axis] ?? 0));
  return padOf(out, x, shape, none, after, none);
}

/** `[O, C, kd, kh, kw]` → `[n · O, C, kh, kw]` in blocks, filled up; mirrored, `[n · C, O, kh, kw]`. */
function tiledFilter(
  out: OnnxWriter,
  w: string,
  filter: Shape,
  tiling: Tiling,
  block: number,
  mirrored: boolean,
): string {
  const [high = 1, deep = 1, taps = 1, ...kernel] = filter;
  const wide = [rounded(high, block), rounded(deep, block), taps, ...kernel];
  const [to, from] = mirrored ? [wide[1] ?? 1, wide[0] ?? 1] : [wide[0] ?? 1, wide[1] ?? 1];
  const combined = combineFilter(out, filledUp(out, w, filter, wide), wide, tiling, mirrored);
  const cells = [from / block, block, tiling.products, sizeOf(kernel), to / block, block];
  const open = out.op('Reshape', [combined, out.ints(cells)]);
  const turned = out.op('Transpose', [open], { perm: [2, 4, 0, 3, 1, 5] });
  return out.op('Reshape', [turned, out.ints([tiling.products * to, from, ...kernel])]);
}

export function tiledFilterGradient({
  out,
  inputs: [x, dy],
  types: [{ shape }, { shape: dyShape }],
  attributes,
}: LoweringSite<'convFilterGrad'>): string {
  const { filterShape, stride, padding, dilation } = attributes;
  const [outChannels = 1, channels = 1, taps = 1, ...kernel] = filterShape;
  const tiling = tilingOf(shape, filterShape, attributes) as Tiling;
  const { tiles, products: n, inputs, outputs } = tiling;
  const transposed = outputs[0]?.map((_, column) => outputs.map((row) => row[column] ?? 0)) ?? [];
  const operands = {
    x: productsFirst(out, x, shape, inputs, tiles),
    shape: [(shape[0] ?? 1) * tiles, n * channels, ...shape.slice(3)],
    dy: productsFirst(out, dy, dyShape, transposed, tiles),
    dyShape: [(dyShape[0] ?? 1) * tiles, n * outChannels, ...dyShape.slice(3)],
  };
  const within: ConvFilterGradAttributes = {
    stride: stride.slice(1),
    padding: padding.slice(1),
    dilation: dilation.slice(1),
    groups: n,
    filterShape: [n * outChannels, channels, ...kernel],
  };
  const gradient = filterGradient(out, operands, within, fusedProduct);
  // Gᵀ: from n products to kd taps, [kd, O · C, kh · kw], then the taps beside their channels
  const flat = out.op('Reshape', [gradient, out.ints([n, outChannels * channels * sizeOf(kernel)])]);
  const matrix = out.floats([n, taps], tiling.filter.flat());
  const byTap = out.op('FusedMatMul', [matrix, flat], { transA: 1 }, { domain: 'com.microsoft' });
  const cells = out.op('Reshape', [byTap, out.ints([taps, outChannels * channels, sizeOf(kernel)])]);
  return out.op('Reshape', [out.op('Transpose', [cells], { perm: [1, 0, 2] }), out.ints(filterShape)]);
}

/** `[N, C, D, ...plane]` by a matrix `[T · n, D]` → `[n · C, N · T, ...plane]`. */
function productsFirst(
  out: OnnxWriter,
  x: string,
  shape: Shape,
  matrix: readonly (readonly number[])[],
  tiles: number,
): string {
  const [batch = 1, channels = 1, depth = 1, ...plane] = shape;
  const area = sizeOf(plane);
  const n = matrix.length / tiles;
  // rows by product first, then by tile
  const sorted = Array.from({ length: n * tiles }, (_, row) => {
    const [product, tile] = [Math.floor(row / tiles), row % tiles];
    return matrix[tile * n + product] ?? [];
  });
  const rows = out.op('Reshape', [x, out.ints([batch, channels, depth, area])]);
  const combined = out.op('MatMul', [out.floats([n * tiles, depth], sorted.flat()), rows]);
  const open = out.op('Reshape', [combined, out.ints([batch, channels, n, tiles * area])]);
  const first = out.op('Transpose', [open], { perm: [2, 1, 0, 3] });
  return out.op('Reshape', [first, out.ints([n * channels, batch * tiles, ...plane])]);
}

/**
 * Convolution and filter gradient by minimal filtering along the depth; how and why stands in `winograd.ts`.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import {
  convOutputShape,
  type ConvAttributes,
  type ConvFilterGradAttributes,
} from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { enterBlocks, leaveBlocks, rounded } from './blocked-conv.js';
import { filterGradient } from './filter-gradient.js';
import { BLOCKED, MICROSOFT, type LoweringSite } from './lowering.js';
import { fusedProduct } from './products.js';
import { padOf, reshape, sliceOf, transpose } from './shaping.js';
import type { Matrix } from './winograd-matrices.js';
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

/** True if tiles, in blocks of `block` channels, are the fastest way to run a convolution. */
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

/** True if tiles are the fastest way to compute a filter gradient, which needs no blocks. */
export function suitsTiledGradient(x: Shape, attributes: ConvFilterGradAttributes): boolean {
  const { filterShape } = attributes;
  const [out = 1, channels = 1, , ...kernel] = filterShape;
  return (
    Math.min(out, channels) >= FEW_CHANNELS &&
    sizeOf(kernel) > 1 &&
    shareOfProducts(x, filterShape, attributes) <= SAVING
  );
}

export interface TileOptions {
  /** Channels in a block of the processor's kernels. */
  readonly block: number;
  /** With the filter reversed and its channels swapped, as the input gradient needs it. */
  readonly mirrored?: boolean;
}

export function tiledConv(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  options: TileOptions,
): OnnxValue {
  const { block, mirrored = false } = options;
  const [high = 1, deep = 1, ...kernel] = w.shape;
  const [to, from] = mirrored ? [deep, high] : [high, deep];
  const tiling = tilingOf(x.shape, [to, from, ...kernel], attributes) as Tiling;
  const { stride, padding, dilation } = attributes;
  const wide = filledUp(out, x, [x.shape[0] ?? 1, rounded(from, block), ...x.shape.slice(2)]);
  const planes = combine(out, wide, tiling.inputs, tiling.tiles);
  const blocks = enterBlocks(out, planes, block);
  const filters = tiledFilter(out, w, tiling, options);
  const within = {
    stride: stride.slice(1),
    padding: padding.slice(1),
    dilation: dilation.slice(1),
    groups: tiling.products,
  };
  const products = groupedConv2d(out, blocks, filters, within);
  const left = leaveBlocks(out, products, tiling.products * rounded(to, block));
  const [batch = 1, , ...places] = convOutputShape(x.shape, [to, from, ...kernel], attributes);
  const y = spread(out, left, [batch, rounded(to, block), ...places], tiling.outputs);
  return sliceOf(out, y, { starts: y.shape.map(() => 0), ends: [batch, to, ...places] });
}

/** A 2D convolution of blocks in groups of whole blocks. */
function groupedConv2d(out: OnnxWriter, x: OnnxValue, w: OnnxValue, attributes: ConvAttributes): OnnxValue {
  const [top = [0, 0], side = [0, 0]] = attributes.padding;
  return out.op(
    'Conv',
    [x, w],
    convOutputShape(x.shape, w.shape, attributes),
    {
      kernel_shape: w.shape.slice(2),
      strides: attributes.stride,
      pads: [top[0], side[0], top[1], side[1]],
      dilations: attributes.dilation,
      group: attributes.groups,
    },
    BLOCKED,
  );
}

/** With zeros after what it holds, up to a shape. */
function filledUp(out: OnnxWriter, x: OnnxValue, wide: Shape): OnnxValue {
  const after = wide.map((extent, axis) => extent - (x.shape[axis] ?? 0));
  return padOf(out, x, { before: wide.map(() => 0), after });
}

/** `[O, C, kd, kh, kw]` → `[n · O, C, kh, kw]` in blocks, filled up; mirrored, `[n · C, O, kh, kw]`. */
function tiledFilter(
  out: OnnxWriter,
  w: OnnxValue,
  tiling: Tiling,
  { block, mirrored = false }: TileOptions,
): OnnxValue {
  const [high = 1, deep = 1, taps = 1, ...kernel] = w.shape;
  const wide = [rounded(high, block), rounded(deep, block), taps, ...kernel];
  const [to, from] = mirrored ? [wide[1] ?? 1, wide[0] ?? 1] : [wide[0] ?? 1, wide[1] ?? 1];
  const combined = combineFilter(out, filledUp(out, w, wide), tiling, mirrored);
  const cells = [from / block, block, tiling.products, sizeOf(kernel), to / block, block];
  const turned = transpose(out, reshape(out, combined, cells), [2, 4, 0, 3, 1, 5]);
  return reshape(out, turned, [tiling.products * to, from, ...kernel]);
}

export function tiledFilterGradient({
  out,
  inputs: [x, dy],
  attributes,
}: LoweringSite<'convFilterGrad'>): OnnxValue {
  const { filterShape, stride, padding, dilation } = attributes;
  const [outChannels = 1, channels = 1, taps = 1, ...kernel] = filterShape;
  const tiling = tilingOf(x.shape, filterShape, attributes) as Tiling;
  const { tiles, products: n, inputs, outputs } = tiling;
  const transposed = outputs[0]?.map((_, column) => outputs.map((row) => row[column] ?? 0)) ?? [];
  const operands = {
    x: productsFirst(out, x, inputs, tiles),
    dy: productsFirst(out, dy, transposed, tiles),
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
  const flat = reshape(out, gradient, [n, outChannels * channels * sizeOf(kernel)]);
  const matrix = out.floats([n, taps], tiling.filter.flat());
  const tapsFirst = [taps, outChannels * channels * sizeOf(kernel)];
  const byTap = out.op('FusedMatMul', [matrix, flat], tapsFirst, { transA: 1 }, MICROSOFT);
  const cells = reshape(out, byTap, [taps, outChannels * channels, sizeOf(kernel)]);
  return reshape(out, transpose(out, cells, [1, 0, 2]), filterShape);
}

/** `[N, C, D, ...plane]` by a matrix `[T · n, D]` → `[n · C, N · T, ...plane]`. */
function productsFirst(out: OnnxWriter, x: OnnxValue, matrix: Matrix, tiles: number): OnnxValue {
  const [batch = 1, channels = 1, depth = 1, ...plane] = x.shape;
  const area = sizeOf(plane);
  const n = matrix.length / tiles;
  // rows by product first, then by tile
  const sorted = Array.from({ length: n * tiles }, (_, row) => {
    const [product, tile] = [Math.floor(row / tiles), row % tiles];
    return matrix[tile * n + product] ?? [];
  });
  const rows = reshape(out, x, [batch, channels, depth, area]);
  const constant = out.floats([n * tiles, depth], sorted.flat());
  const combined = out.op('MatMul', [constant, rows], [batch, channels, n * tiles, area]);
  const open = reshape(out, combined, [batch, channels, n, tiles * area]);
  const first = transpose(out, open, [2, 1, 0, 3]);
  return reshape(out, first, [n * channels, batch * tiles, ...plane]);
}

/**
 * The filter gradient by minimal filtering along the depth, what each tap within planes sees cut out: for planes that are
 * strided. How and why stands in `tiling.ts`.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import type { ConvFilterGradAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { filterGradient } from '../filter-gradient.js';
import { MICROSOFT, type LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { permute, reshape, transpose } from '../shaping.js';
import { SAVING, shareOfProducts } from './conv.js';
import type { Matrix } from './matrices.js';
import { tilingOf, type Tiling } from './tiling.js';

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
  return permute(out, open, [2, 1, 0, 3], [n * channels, batch * tiles, ...plane]);
}

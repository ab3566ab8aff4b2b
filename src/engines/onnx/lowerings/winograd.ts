/**
 * 3D convolution by minimal filtering along the depth: fewer products than taps.
 *
 * Depth is cut in tiles of m output planes. Of each tile n = m + kd − 1 combinations of input planes are convolved in
 * two dimensions, each with its own combination of the filter's planes, and m combinations of the results are the
 * output: for kd = 3 and m = 4, six 2D convolutions instead of twelve. The combinations are products with small
 * constant matrices, which cut, pad and add in one pass; the n convolutions are one convolution in n groups.
 *
 *   y = A · conv2d(B · x, G · w)        dw = Gᵀ · filterGradient2d(B · x, Aᵀ · dy)
 *
 * The matrices stand in `winograd-matrices.ts`.
 */
import { sizeOf, type Shape } from '../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../writer.js';
import { reshape, transpose } from './shaping.js';
import { MOST_PRODUCTS, winograd, type Matrix } from './winograd-matrices.js';

/** Tiling of a convolution's depth. */
export interface Tiling {
  /** Tiles, T. */
  readonly tiles: number;
  /** Products per tile, n. */
  readonly products: number;
  /** `[T · n, D]`: input planes to combinations, tile by tile; zeros around the input are left out. */
  readonly inputs: Matrix;
  /** `[n, kd]`. */
  readonly filter: Matrix;
  /** `[D', T · n]`: results to output planes. */
  readonly outputs: Matrix;
}

/** The tiling with the fewest products; undefined where the depth is not to be tiled at all. */
export function tilingOf(x: Shape, w: Shape, attributes: ConvAttributes): Tiling | undefined {
  const [, , depth = 1] = x;
  const [, , taps = 1] = w;
  const { stride, dilation, groups, padding } = attributes;
  if (x.length !== 5 || groups !== 1 || taps === 1 || stride[0] !== 1 || dilation[0] !== 1) return undefined;
  const [, , planes = 1] = convOutputShape(x, w, attributes);
  const sizes = Array.from({ length: MOST_PRODUCTS - taps }, (_, i) => i + 2);
  const work = (m: number): number => Math.ceil(planes / m) * (m + taps - 1);
  const m = sizes.reduce<number | undefined>(
    (best, size) => (best === undefined || work(size) < work(best) ? size : best),
    undefined,
  );
  return m === undefined ? undefined : tilesOf(m, taps, depth, planes, padding[0]?.[0] ?? 0);
}

function tilesOf(m: number, taps: number, depth: number, planes: number, before: number): Tiling {
  const { inputs, filter, outputs } = winograd(m, taps);
  const [n, tiles] = [m + taps - 1, Math.ceil(planes / m)];
  const grid = <T>(rows: number, columns: number, at: (row: number, column: number) => T): T[][] =>
    Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => at(row, column)));
  return {
    tiles,
    products: n,
    filter,
    inputs: grid(tiles * n, depth, (row, plane) => {
      const tile = Math.floor(row / n);
      return inputs[row % n]?.[plane + before - tile * m] ?? 0;
    }),
    outputs: grid(planes, tiles * n, (plane, column) =>
      Math.floor(column / n) === Math.floor(plane / m) ? (outputs[plane % m]?.[column % n] ?? 0) : 0,
    ),
  };
}

function constant(out: OnnxWriter, matrix: Matrix): OnnxValue {
  return out.floats([matrix.length, matrix[0]?.length ?? 0], matrix.flat());
}

/** `[N, C, D, ...plane]` by a matrix `[T · n, D]` → `[N · T, n · C, ...plane]`. */
export function combine(out: OnnxWriter, x: OnnxValue, matrix: Matrix, tiles: number): OnnxValue {
  const [n = 1, channels = 1, depth = 1, ...plane] = x.shape;
  const area = sizeOf(plane);
  const rows = reshape(out, x, [n, channels, depth, area]);
  const outermost = transpose(out, rows, [0, 2, 1, 3]);
  const flat = reshape(out, outermost, [n, depth, channels * area]);
  const shape = [n, matrix.length, channels * area];
  const combined = out.op('MatMul', [constant(out, matrix), flat], shape);
  const groups = (matrix.length / tiles) * channels;
  return reshape(out, combined, [n * tiles, groups, ...plane]);
}

/** `[N · T, n · O, ...plane]` by a matrix `[D, T · n]` → `shape`, `[N, O, D, ...plane]`. */
export function spread(out: OnnxWriter, y: OnnxValue, shape: Shape, matrix: Matrix): OnnxValue {
  const [n = 1, channels = 1, depth = 1, ...plane] = shape;
  const area = sizeOf(plane);
  const flat = reshape(out, y, [n, matrix[0]?.length ?? 0, channels * area]);
  const planes = out.op('MatMul', [constant(out, matrix), flat], [n, depth, channels * area]);
  const rows = reshape(out, planes, [n, depth, channels, area]);
  const first = transpose(out, rows, [0, 2, 1, 3]);
  return reshape(out, first, [n, channels, depth, ...plane]);
}

/**
 * `[O, C, kd, kh, kw]` → `[C, n · kh · kw, O]`: every plane of taps combined. `mirrored`: the filter of the input
 * gradient, `[O, n · kh · kw, C]`, its taps reversed.
 */
export function combineFilter(
  out: OnnxWriter,
  w: OnnxValue,
  { filter: matrix, products }: Tiling,
  mirrored: boolean,
): OnnxValue {
  const [outChannels = 1, channels = 1, taps = 1, ...kernel] = w.shape;
  const [area, all] = [sizeOf(kernel), taps * sizeOf(kernel)];
  const at = (tap: number): number => (mirrored ? all - 1 - tap : tap);
  // G ⊗ I: columns run over taps and places, rows over products and places
  const wide = Array.from({ length: products * area }, (_, row) =>
    Array.from({ length: all }, (_, column) => {
      const tap = at(column);
      return row % area === tap % area ? (matrix[Math.floor(row / area)]?.[Math.floor(tap / area)] ?? 0) : 0;
    }),
  );
  const [outer, inner] = mirrored ? [outChannels, channels] : [channels, outChannels];
  // the product stands between two changes of layout, which the runtime would join to one that is slower than both
  const last = mirrored
    ? transpose(out, reshape(out, w, [outChannels, channels, all]), [0, 2, 1])
    : transpose(out, reshape(out, w, [outChannels, channels * all]), [1, 0]);
  const rows = reshape(out, last, [outer, all, inner], [-1, all, inner]);
  return out.op('MatMul', [constant(out, wide), rows], [outer, products * area, inner]);
}

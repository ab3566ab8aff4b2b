/**
 * 3D convolution by minimal filtering along the depth, or along the height: fewer products than taps.
 *
 * The depth, say, is cut in tiles of m output planes. Of each tile n = m + kd − 1 combinations of input planes are convolved in
 * two dimensions, each with its own combination of the filter's planes, and m combinations of the results are the
 * output: for kd = 3 and m = 4, six 2D convolutions instead of twelve. The combinations are products with small
 * constant matrices, which cut, pad and add in one pass; the n convolutions are one convolution in n groups.
 *
 *   y = A · conv2d(B · x, G · w)        dw = Gᵀ · filterGradient2d(B · x, Aᵀ · dy)
 *
 * The matrices stand in `matrices.ts`.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { permute, reshape, transpose } from '../shaping.js';
import { MOST_PRODUCTS, winograd, type Matrix } from './matrices.js';

/** Tiling of one axis of a convolution, here the depth. */
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

/** The axis that is tiled: 0 the depth, 1 the height. */
export type TiledAxis = 0 | 1;

/** The tiling with the fewest products; undefined where the axis, the depth or another, is not to be tiled at all. */
export function tilingOf(
  x: Shape,
  w: Shape,
  attributes: ConvAttributes,
  axis: TiledAxis = 0,
): Tiling | undefined {
  const depth = x[axis + 2] ?? 1;
  const taps = w[axis + 2] ?? 1;
  const { stride, dilation, groups, padding } = attributes;
  if (x.length !== 5 || groups !== 1 || taps === 1) return undefined;
  if (stride[axis] !== 1 || dilation[axis] !== 1) return undefined;
  const planes = convOutputShape(x, w, attributes)[axis + 2] ?? 1;
  const sizes = Array.from({ length: MOST_PRODUCTS - taps }, (_, i) => i + 2);
  const work = (m: number): number => Math.ceil(planes / m) * (m + taps - 1);
  const m = sizes.reduce<number | undefined>(
    (best, size) => (best === undefined || work(size) < work(best) ? size : best),
    undefined,
  );
  return m === undefined ? undefined : tilesOf(m, taps, depth, planes, padding[axis]?.[0] ?? 0);
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

/** `[lead, places, R]` by a matrix `[rows, places]` → `[lead, rows, R]`. */
export function byMatrix(out: OnnxWriter, matrix: Matrix, x: OnnxValue): OnnxValue {
  const [lead = 1, , rest = 1] = x.shape;
  return out.op('MatMul', [constant(out, matrix), x], [lead, matrix.length, rest]);
}

/** Axes in the order in which products are taken: the tiled one outermost. */
const outermost = (axis: TiledAxis): number[] => (axis === 0 ? [0, 2, 1, 3, 4] : [0, 3, 1, 2, 4]);

/** `[N, C, D, H, W]` → `[N · T, n · C, rows, W]`: all combinations; the rows are those of the axis that is not tiled. */
export function combine(out: OnnxWriter, x: OnnxValue, tiling: Tiling, axis: TiledAxis): OnnxValue {
  const [n = 1, channels = 1, planes = 1, lines = 1, width = 1] = x.shape;
  const [extent, rows] = axis === 0 ? [planes, lines] : [lines, planes];
  const flat = permute(out, x, outermost(axis), [n, extent, channels * rows * width]);
  const shape = [n * tiling.tiles, tiling.products * channels, rows, width];
  return reshape(out, byMatrix(out, tiling.inputs, flat), shape);
}

/** `[N · T, n · O, rows, W]` → `shape`, `[N, O, D, H, W]`: the outputs of all tiles. */
export function spread(
  out: OnnxWriter,
  y: OnnxValue,
  shape: Shape,
  { outputs, tiles, products }: Tiling,
  axis: TiledAxis,
): OnnxValue {
  const [n = 1, channels = 1, planes = 1, lines = 1, width = 1] = shape;
  const rows = axis === 0 ? lines : planes;
  const flat = reshape(out, y, [n, tiles * products, channels * rows * width]);
  const cells = reshape(out, byMatrix(out, outputs, flat), [n, outputs.length, channels, rows, width]);
  return permute(out, cells, axis === 0 ? [0, 2, 1, 3, 4] : [0, 2, 3, 1, 4], shape);
}

/** Rows over products, places of the other axis, and the width; columns over taps. */
function filterMatrix(
  { filter }: Tiling,
  [deep = 1, high = 1, wide = 1]: Shape,
  axis: TiledAxis,
): number[][] {
  const identity = (size: number): Matrix =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => (i === j ? 1 : 0)));
  const [other, line] = [identity(axis === 0 ? high : deep), identity(wide)];
  const pair = (product: readonly number[], place: readonly number[]): (readonly number[])[] =>
    axis === 0 ? [product, place] : [place, product];
  return filter.flatMap((product) =>
    other.flatMap((place) =>
      line.map((last) => {
        const [a = [], b = []] = pair(product, place);
        return a.flatMap((x) => b.flatMap((y) => last.map((z) => x * y * z)));
      }),
    ),
  );
}

/**
 * `[O, C, kd, kh, kw]` → `[C, n · places, O]`: taps combined. `mirrored`: the filter of the input gradient,
 * `[O, n · places, C]`, its taps reversed.
 */
export function combineFilter(
  out: OnnxWriter,
  w: OnnxValue,
  tiling: Tiling,
  { axis, mirrored }: { readonly axis: TiledAxis; readonly mirrored: boolean },
): OnnxValue {
  const [outChannels = 1, channels = 1, ...kernel] = w.shape;
  const all = sizeOf(kernel);
  const matrix = filterMatrix(tiling, kernel, axis).map((row) => (mirrored ? [...row].reverse() : row));
  const [outer, inner] = mirrored ? [outChannels, channels] : [channels, outChannels];
  // the product stands between two changes of layout, which the runtime would join to one that is slower than both
  const last = mirrored
    ? transpose(out, reshape(out, w, [outChannels, channels, all]), [0, 2, 1])
    : transpose(out, reshape(out, w, [outChannels, channels * all]), [1, 0]);
  return byMatrix(out, matrix, reshape(out, last, [outer, all, inner]));
}

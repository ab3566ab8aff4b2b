/**
 * Convolution by minimal filtering in blocks of channels; how and why stands in `tiling.ts`.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { frameLines } from '../blocked-conv.js';
import { enterBlocks, leaveBlocks, rounded } from '../blocks.js';
import { BLOCKED } from '../lowering.js';
import { padOf, reshape, sliceOf, transpose } from '../shaping.js';
import { combine, combineFilter, spread, tilingOf, type TiledAxis, type Tiling } from './tiling.js';

/** The largest share of a convolution's own products that tiles may need. */
export const SAVING = 0.8;

/** Weights per value of the input from which combining the filter costs more than it saves. */
const LARGE_FILTER = 12;

/** The largest share where channels are filled up to whole blocks, counting those that only fill up. */
const FILLED_SHARE = 1;

/** Products that tiles need, as a share of a convolution's own. */
export function shareOfProducts(x: Shape, w: Shape, attributes: ConvAttributes, axis: TiledAxis = 0): number {
  const tiling = tilingOf(x, w, attributes, axis);
  if (!tiling) return Infinity;
  const places = convOutputShape(x, w, attributes)[axis + 2] ?? 1;
  return (tiling.tiles * tiling.products) / (places * (w[axis + 2] ?? 1));
}

/** True if tiles, in blocks of `block` channels, are worth trying; along the depth they then are faster than none. */
export function suitsTiles(
  x: Shape,
  w: Shape,
  attributes: ConvAttributes,
  block: number,
  axis: TiledAxis = 0,
): boolean {
  const [out = 1, channels = 1, ...kernel] = w;
  // filters along the depth alone are too cheap, and large filters take longer to combine than to use
  if (block === 1 || sizeOf(kernel.slice(1)) === 1 || sizeOf(w) >= LARGE_FILTER * sizeOf(x)) return false;
  const share = shareOfProducts(x, w, attributes, axis);
  const filling = (rounded(out, block) * rounded(channels, block)) / (out * channels);
  return share <= SAVING && (filling === 1 || share * filling <= FILLED_SHARE);
}

export interface TileOptions {
  /** Channels in a block of the processor's kernels. */
  readonly block: number;
  /** With the filter reversed and its channels swapped, as the input gradient needs it. */
  readonly mirrored?: boolean;
  /** The depth, where nothing is said. */
  readonly axis?: TiledAxis;
}

export function tiledConv(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  options: TileOptions,
): OnnxValue {
  const { block, mirrored = false, axis = 0 } = options;
  const [high = 1, deep = 1, ...kernel] = w.shape;
  const [to, from] = mirrored ? [deep, high] : [high, deep];
  const tiling = tilingOf(x.shape, [to, from, ...kernel], attributes, axis) as Tiling;
  const { stride, padding, dilation } = attributes;
  const wide = filledUp(out, x, [x.shape[0] ?? 1, rounded(from, block), ...x.shape.slice(2)]);
  const entered = enterBlocks(out, combine(out, wide, tiling, axis), block);
  const framed = frameLines(out, entered, besides(padding, axis), block);
  const filters = tiledFilter(out, w, tiling, options);
  const within = {
    stride: besides(stride, axis),
    padding: framed.padding,
    dilation: besides(dilation, axis),
    groups: tiling.products,
  };
  const products = groupedConv2d(out, framed.value, filters, within);
  const left = leaveBlocks(out, products, tiling.products * rounded(to, block));
  const [batch = 1, , ...places] = convOutputShape(x.shape, [to, from, ...kernel], attributes);
  const y = spread(out, left, [batch, rounded(to, block), ...places], tiling, axis);
  return sliceOf(out, y, { starts: y.shape.map(() => 0), ends: [batch, to, ...places] });
}

/** What the axes that are not tiled have. */
function besides<T>(values: readonly T[], axis: TiledAxis): T[] {
  return values.filter((_, i) => i !== axis);
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

/** `[O, C, kd, kh, kw]` → `[n · O, C, ...places]` in blocks, filled up; mirrored, `[n · C, O, ...places]`. */
function tiledFilter(
  out: OnnxWriter,
  w: OnnxValue,
  tiling: Tiling,
  { block, mirrored = false, axis = 0 }: TileOptions,
): OnnxValue {
  const [high = 1, deep = 1, ...kernel] = w.shape;
  const wide = [rounded(high, block), rounded(deep, block), ...kernel];
  const [to, from] = mirrored ? [wide[1] ?? 1, wide[0] ?? 1] : [wide[0] ?? 1, wide[1] ?? 1];
  const places = besides(kernel, axis);
  const combined = combineFilter(out, filledUp(out, w, wide), tiling, { axis, mirrored });
  const cells = [from / block, block, tiling.products, sizeOf(places), to / block, block];
  const turned = transpose(out, reshape(out, combined, cells), [2, 4, 0, 3, 1, 5]);
  return reshape(out, turned, [tiling.products * to, from, ...places]);
}

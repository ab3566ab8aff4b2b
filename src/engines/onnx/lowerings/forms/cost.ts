/**
 * What each form of a convolution and its gradients costs on the CPU, predicted from shapes alone, so that the same form is
 * chosen on every machine and at every moment.
 *
 * The time of a form is a sum of terms: multiplications, those with zeros included; lines, the inner loops that the
 * multiplications are divided into, each of which takes time to begin; values that are moved. `npm run bench:lowerings`
 * measures all forms on a grid of shapes, and fits the coefficients (docs/engines.md).
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../../ir/ops/convolution.js';
import { rounded } from '../blocked-conv.js';
import { along, dividedAxes, interleaved, type BlockedAxis } from '../structured/axes.js';
import type { Tilings } from '../winograd-filter-gradient.js';
import { tilingOf, type TiledAxis } from '../winograd.js';

/** Millions of each. */
export interface Terms {
  readonly products: number;
  readonly lines: number;
  readonly values: number;
}

export type ConvForm =
  | 'plain'
  | 'blocked'
  | 'tiles'
  | 'tiled lines'
  | 'phases'
  | 'structured'
  | 'products'
  | 'tiled products'
  | 'shifted tiles'
  | 'structured products'
  | 'depthwise'
  | 'depthwise gradient'
  | 'structured depthwise';

/** Milliseconds per million, and per call. */
export type Coefficients = readonly [products: number, lines: number, values: number, call: number];

/** Fitted by `npm run bench:lowerings` with blocks of 16 channels. */
export const COEFFICIENTS: Readonly<Record<ConvForm, Coefficients>> = {
  plain: [0.025, 0, 0.78, 0.65],
  blocked: [0.022, 8, 0.6, 0.1],
  tiles: [0.02, 0, 0.9, 0.1],
  'tiled lines': [0.022, 0, 1, 0.2],
  phases: [0.002, 0, 0.86, 0.33],
  structured: [0.018, 4, 0.75, 0],
  products: [0.06, 0, 0.6, 0.1],
  'tiled products': [0.02, 0, 1.2, 0.9],
  'shifted tiles': [0.022, 0, 0.9, 0.2],
  'structured products': [0.02, 4.2, 0.7, 0],
  depthwise: [0.21, 0, 0.5, 0.54],
  'depthwise gradient': [0.095, 0, 2.7, 0.03],
  'structured depthwise': [0.03, 2.9, 0.6, 0],
};

export function milliseconds(form: ConvForm, { products, lines, values }: Terms): number {
  const [perProduct, perLine, perValue, call] = COEFFICIENTS[form];
  return perProduct * products + perLine * lines + perValue * values + call;
}

/** Columns that the kernel of a matrix product takes at once. */
const COLUMNS = 16;

const millions = (products: number, lines: number, values: number): Terms => ({
  products: products / 1e6,
  lines: lines / 1e6,
  values: values / 1e6,
});

/** `Conv` of the runtime: a product per sample, of the filter and all that it sees, copied. */
export function plainTerms(x: Shape, w: Shape, attributes: ConvAttributes): Terms {
  const y = convOutputShape(x, w, attributes);
  const [n = 1, outChannels = 1, ...places] = y;
  const seen = sizeOf(w.slice(1));
  const columns = rounded(sizeOf(places), COLUMNS);
  const copied = n * seen * sizeOf(places);
  return millions(n * outChannels * seen * columns, 0, copied + sizeOf(x) + sizeOf(y));
}

/** An input gradient with strides: a convolution of dy for each phase, and their interleaving. */
export function phaseTerms(x: Shape, w: Shape, dy: Shape, stride: Shape): Terms {
  const phases = sizeOf(stride);
  const seen = sizeOf(w.slice(2)) / phases;
  const [n = 1, , ...places] = dy;
  const columns = phases * n * rounded(sizeOf(places), COLUMNS);
  const [outChannels = 1, channels = 1] = w;
  const copied = phases * n * sizeOf(places) * seen * outChannels;
  return millions(columns * seen * outChannels * channels, 0, copied + 4 * sizeOf(x) + phases * sizeOf(dy));
}

/** 2D convolutions in blocks of channels, line by line of each plane. */
export function blockedTerms(x: Shape, w: Shape, attributes: ConvAttributes, block: number): Terms {
  const y = convOutputShape(x, w, attributes);
  const [n = 1, outChannels = 1, ...places] = y;
  const [from, to] = [rounded(w[1] ?? 1, block), rounded(outChannels, block)];
  const products = n * to * from * sizeOf(w.slice(2)) * sizeOf(places);
  const moved = from * n * sizeOf(x.slice(2)) + to * n * sizeOf(places);
  return millions(products, products / (block * block * (places.at(-1) ?? 1)), moved + sizeOf(w));
}

/** The same where combinations of planes, or of lines, take the place of the filter's depth, or height. */
export function tileTerms(
  x: Shape,
  w: Shape,
  attributes: ConvAttributes,
  block: number,
  axis: TiledAxis = 0,
): Terms {
  const tiling = tilingOf(x, w, attributes, axis);
  if (!tiling) return millions(Infinity, Infinity, Infinity);
  const places = convOutputShape(x, w, attributes)[axis + 2] ?? 1;
  const combined = tiling.tiles * tiling.products;
  const { products, lines } = blockedTerms(x, w, attributes, block);
  const [n = 1, channels = 1] = x;
  const share = combined / (places * (w[axis + 2] ?? 1));
  const wide = rounded(channels, block) + rounded(w[0] ?? 1, block);
  const extent = x[axis + 2] ?? 1;
  const moved = n * wide * (combined + extent) * (sizeOf(x.slice(2)) / extent);
  const filter = (combined / tiling.tiles) * sizeOf(w);
  return { products: products * share, lines: lines * share, values: (moved + filter) / 1e6 };
}

/** One product of all that is seen, side by side, with a filter that holds places; what is copied, line by line. */
export function structuredTerms(axes: readonly BlockedAxis[], [n = 1, from = 1, to = 1]: Shape): Terms {
  const [blocks, rows, columns] = [along(axes, 'blocks'), along(axes, 'rows'), along(axes, 'columns')];
  const products = n * blocks * rows * from * rounded(columns * to, COLUMNS);
  const divided = dividedAxes(axes);
  const lines = n * along(divided, 'blocks') * along(divided, 'rows');
  const copied = n * from * (blocks * rows + 2 * along(axes, 'read'));
  const left = (interleaved(axes) ? 4 : 2) * n * to * along(axes, 'written');
  const filter = 2 * (rows * columns + along(axes, 'taps')) * from * to;
  return millions(products, divided.length === 0 ? 0 : lines, copied + left + filter);
}

/** The same with a product for each of `channels` channels. */
export function structuredDepthwiseTerms(axes: readonly BlockedAxis[], n: number, channels: number): Terms {
  const { products, lines, values } = structuredTerms(axes, [n, 1, 1]);
  return { products: products * channels, lines: lines * channels, values: values * channels };
}

/** A depthwise pass over `seen` `[N, C, ...]` at the places of `places` `[N, C, ...]`, channels in blocks. */
export function depthwiseTerms(seen: Shape, places: Shape, w: Shape, block: number): Terms {
  const wide = rounded(w[0] ?? 1, block) / (w[0] ?? 1);
  const products = wide * sizeOf(places) * sizeOf(w.slice(2));
  return millions(products, 0, wide * (sizeOf(seen) + sizeOf(places)));
}

/** Products per tap of the filter, of copies of x and dy that are shifted against each other. */
export function gradientTerms(x: Shape, w: Shape, attributes: ConvAttributes): Terms {
  const y = convOutputShape(x, w, attributes);
  const [n = 1, outChannels = 1, ...places] = y;
  const [, channels = 1, ...kernel] = w;
  const shifts = Math.max(1, ...kernel.filter((_, axis) => attributes.stride[axis] === 1));
  const cuts = sizeOf(kernel) / shifts;
  const products = n * sizeOf(places) * sizeOf(w.slice(1)) * rounded(outChannels, COLUMNS);
  return millions(
    products,
    0,
    n * sizeOf(places) * (cuts * channels + (2 * shifts + 1) * outChannels) + sizeOf(x),
  );
}

/** The same where combinations of planes take the place of the filter's depth. */
export function tiledGradientTerms(x: Shape, w: Shape, attributes: ConvAttributes): Terms {
  const tiling = tilingOf(x, w, attributes);
  if (!tiling) return millions(Infinity, Infinity, Infinity);
  const [, , depth = 1] = x;
  const y = convOutputShape(x, w, attributes);
  const combined = tiling.tiles * tiling.products;
  const within = gradientTerms(x, [...w.slice(0, 2), 1, ...w.slice(3)], attributes);
  const grown = combined / (y[2] ?? 1);
  const before = ((combined / depth + 1) * sizeOf(x) + (grown + 1) * sizeOf(y)) / 1e6;
  return { products: within.products * grown, lines: 0, values: within.values * grown + before };
}

/** Tiles along depth and height, shifts along the width, each a product with a constant matrix for every plane or line. */
export function shiftedTileTerms(
  x: Shape,
  w: Shape,
  attributes: ConvAttributes,
  { depth, height }: Tilings,
): Terms {
  const y = convOutputShape(x, w, attributes);
  const [outChannels = 1, channels = 1, , , taps = 1] = w;
  const [batch = 1, , planes = 1, , width = 1] = x;
  const high = height.tiles * height.products;
  const deep = depth ? depth.tiles * depth.products : planes;
  const combined = ([n = 1, c = 1, from = 1, lines = 1, line = 1]: Shape): [number, number, number] => {
    const first = n * c * from * high * line;
    const second = n * c * deep * high * line;
    const passes = depth ? first + 2 * second : 2 * first;
    return [first * lines + (depth ? second * from : 0), n * c * (from + (depth ? 1 : 0)), passes];
  };
  const [seen, grown] = [combined(x), combined(y)];
  const places = batch * deep * high * width;
  const shifted = places * outChannels * taps;
  const products = shifted * (rounded(channels, COLUMNS) + (y[4] ?? 1)) + seen[0] + grown[0];
  const calls = height.products * (depth?.products ?? 1) * outChannels * taps;
  return millions(products, seen[1] + grown[1] + calls, seen[2] + grown[2] + shifted + 2 * sizeOf(w));
}

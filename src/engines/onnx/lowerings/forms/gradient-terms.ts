/**
 * Terms of the cost of forms that compute a filter gradient without a filter that holds places.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../../ir/ops/convolution.js';
import { rounded } from '../blocks.js';
import type { Tilings } from '../tiles/filter-gradient.js';
import { tilingOf } from '../tiles/tiling.js';
import { COLUMNS, millions, type Terms } from './cost.js';

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

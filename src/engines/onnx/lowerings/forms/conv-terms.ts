/**
 * Terms of the cost of forms that compute a convolution, or an input gradient, without a filter that holds places.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { convOutputShape, type ConvAttributes } from '../../../../ir/ops/convolution.js';
import { suitsBlocks } from '../blocked-conv.js';
import { rounded } from '../blocks.js';
import { tilingOf, type TiledAxis } from '../tiles/tiling.js';
import { COLUMNS, millions, type Terms } from './cost.js';

/** `Conv` of the runtime: a product per sample, of the filter and all that it sees, copied. */
export function plainTerms(x: Shape, w: Shape, attributes: ConvAttributes): Terms {
  const y = convOutputShape(x, w, attributes);
  const [n = 1, outChannels = 1, ...places] = y;
  const seen = sizeOf(w.slice(1));
  const columns = rounded(sizeOf(places), COLUMNS);
  const copied = n * seen * sizeOf(places);
  return millions(n * outChannels * seen * columns, 0, copied + sizeOf(x) + sizeOf(y));
}

/** An input gradient with strides: a convolution of dy for each phase, copied side by side or in blocks, and their interleaving. */
export function phaseTerms(x: Shape, w: Shape, dy: Shape, attributes: ConvAttributes, block: number): Terms {
  const phases = sizeOf(attributes.stride);
  const [outChannels = 1, channels = 1, ...kernel] = w;
  const seen = sizeOf(kernel) / phases;
  const [n = 1, , ...places] = dy;
  const blocked = suitsBlocks(dy, [channels, outChannels, ...kernel], attributes, block);
  const columns = phases * n * (blocked ? sizeOf(places) : rounded(sizeOf(places), COLUMNS));
  const wide = blocked ? outChannels + channels : seen * outChannels;
  const copied = phases * n * sizeOf(places) * wide;
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

/** A depthwise pass over `seen` `[N, C, ...]` at the places of `places` `[N, C, ...]`, channels in blocks. */
export function depthwiseTerms(seen: Shape, places: Shape, w: Shape, block: number): Terms {
  const wide = rounded(w[0] ?? 1, block) / (w[0] ?? 1);
  const products = wide * sizeOf(places) * sizeOf(w.slice(2));
  return millions(products, 0, wide * (sizeOf(seen) + sizeOf(places)));
}

/** The same with all planes of a channel as the lines of one: what lies between planes, before and after them is computed too. */
export function depthwiseLineTerms([n = 1, channels = 1, ...x]: Shape, w: Shape, block: number): Terms {
  const [depth = 1, height = 1, width = 1] = x;
  const [depthTaps = 1, heightTaps = 1] = w.slice(2);
  const grown = (depth + depthTaps - 1) * (height + Math.floor(heightTaps / 2)) * width;
  const places = [n, rounded(channels, block), grown];
  return millions(sizeOf(places) * sizeOf(w.slice(2)), 0, 2 * sizeOf(places));
}

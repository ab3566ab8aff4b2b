/**
 * The forms whose filter holds places, along none of the axes to all of them, and the terms of their cost.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import { rounded } from '../blocks.js';
import { along, dividedAxes, interleavedAxes, type BlockedAxis } from '../structured/axes.js';
import { COLUMNS, millions, type Priced, type Terms } from './cost.js';

/** Cells of a filter that holds places, more than which are not worth trying. */
const MOST_CELLS = 2 ** 22;
/** Values that are copied side by side, more than which would take too much memory. */
const MOST_VALUES = 2 ** 26;

/** Columns of a product for which its left operand, read by columns, is turned once. */
const TURNED_FOR = 128;
/** Turning a value takes as long as copying so many. */
const TURNING = 3.5;

/** The blocks by which a filter of a number of axes may hold places: none, those of the last axis, of the last two, ... */
function divisions(rank: number): number[][] {
  return Array.from({ length: rank + 1 }, (_, held) =>
    Array.from({ length: rank }, (_, axis) => (axis < rank - held ? 1 : 0)),
  );
}

interface Pass {
  /** True for a filter gradient. */
  readonly gradient?: boolean;
  /** The blocks in which another pass has laid side by side what is read; it is not copied again. */
  readonly unfolded?: readonly number[] | undefined;
}

export function structuredForms(
  form: 'structured' | 'structured products' | 'structured depthwise',
  axesOf: (blocks: readonly number[]) => BlockedAxis[],
  [n, from, to]: readonly [number, number, number],
  rank: number,
  { gradient = false, unfolded }: Pass = {},
): Priced[] {
  return divisions(rank).flatMap((blocks): Priced[] => {
    const axes = axesOf(blocks);
    const cells = along(axes, 'rows') * along(axes, 'columns') * from * to;
    const seen = n * along(axes, 'blocks') * along(axes, 'rows') * from;
    if (cells > MOST_CELLS || seen > MOST_VALUES) return [];
    const depthwise = form === 'structured depthwise';
    const terms = depthwise
      ? structuredDepthwiseTerms(axes, n, from)
      : structuredTerms(axes, [n, from, to], unfolded?.join() === blocks.join());
    // a filter gradient reads what is seen by columns, for which the runtime turns it, once for so many columns of the other operand
    const passes = Math.ceil((along(axes, 'columns') * to) / TURNED_FOR);
    const turned = gradient ? (TURNING * passes * seen) / 1e6 : 0;
    return [{ form, blocks, terms: { ...terms, values: terms.values + turned } }];
  });
}

/** One product of all that is seen, side by side, with a filter that holds places; what is copied, line by line. */
function structuredTerms(
  axes: readonly BlockedAxis[],
  [n = 1, from = 1, to = 1]: Shape,
  unfolded = false,
): Terms {
  const [blocks, rows, columns] = [along(axes, 'blocks'), along(axes, 'rows'), along(axes, 'columns')];
  const products = n * blocks * rows * from * rounded(columns * to, COLUMNS);
  const divided = dividedAxes(axes);
  const lines = n * along(divided, 'blocks') * along(divided, 'rows');
  const copied = n * from * (blocks * rows + 2 * along(axes, 'read'));
  // channels come before places, and where blocks interleave, places change their order as well
  const inner = interleavedAxes(axes);
  const outer = axes.slice(0, axes.length - inner.length);
  const twice = inner.length > 0 && along(outer, 'columns') > 1;
  const left = (twice ? 3 : 2) * n * to * along(axes, 'written');
  const filter = 2 * (rows * columns + along(axes, 'taps')) * from * to;
  if (unfolded) return millions(products, 0, left + filter);
  return millions(products, divided.length === 0 ? 0 : lines, copied + left + filter);
}

/** The same with a product for each of `channels` channels. */
function structuredDepthwiseTerms(axes: readonly BlockedAxis[], n: number, channels: number): Terms {
  const { products, lines, values } = structuredTerms(axes, [n, 1, 1]);
  return { products: products * channels, lines: lines * channels, values: values * channels };
}

/**
 * A product for each channel of each sample, of planes by planes and planes by places (`structured/depth-products.ts`); `gradient`:
 * of the filter, summed over places. `x` and `y` are `[N, C, depth, ...]`. Lines are the products, each of which takes time to begin.
 */
export function depthProductTerms(x: Shape, y: Shape, gradient: boolean): Terms {
  const [n = 1, channels = 1, depth = 1, ...plane] = x;
  const [written, places] = [y[2] ?? 1, sizeOf(plane)];
  const area = gradient ? rounded(written, COLUMNS) * places : written * rounded(places, COLUMNS);
  const filter = (gradient ? n : 1) * channels * depth * written;
  return millions(n * channels * depth * area, n * channels, sizeOf(x) + sizeOf(y) + 2 * filter);
}

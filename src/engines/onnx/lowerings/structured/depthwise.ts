/**
 * Depthwise convolution of small volumes and its gradients: as `conv.ts`, with a product for each channel.
 *
 * U is `[C, N · blocks, rows]`, the filter `[C, rows, columns]`: places of a channel as they lie in memory.
 */
import { sizeOf } from '../../../../core/tensor.js';
import type { ConvAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import type { LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { padOf, permute, reshape, sliceOf } from '../shaping.js';
import { along, dividedAxes, forwardAxes, inputGradientAxes, type BlockedAxis } from './axes.js';
import { copied, placeTable, selectionOf, tapTable } from './tables.js';

const PLAIN = { a: false, b: false } as const;

/** Writes a convolution with a filter `[C, 1, ...]`; `blocks`: outputs in a block along each axis, 0 for all of them. */
export function structuredDepthwise(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  blocks: readonly number[],
): OnnxValue {
  const axes = forwardAxes(x.shape, w.shape, attributes, blocks);
  return convolved(out, x, w, axes);
}

/** `blocks`: inputs in a block. */
export function structuredDepthwiseInputGradient(
  { out, inputs: [dy, w], attributes }: LoweringSite<'convInputGrad'>,
  blocks: readonly number[],
): OnnxValue {
  const axes = inputGradientAxes(dy.shape, w.shape, attributes, blocks);
  return convolved(out, dy, w, axes);
}

/** The pass itself, either way; `w`: `[C, 1, ...]`. */
function convolved(out: OnnxWriter, x: OnnxValue, w: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  return leave(out, fusedProduct(out, unfold(out, x, axes), filterOf(out, w, axes), PLAIN), axes);
}

/** `blocks` as for the forward pass. */
export function structuredDepthwiseFilterGradient(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  blocks: readonly number[],
): OnnxValue {
  const { filterShape } = attributes;
  const [channels = 1] = filterShape;
  const axes = forwardAxes(x.shape, filterShape, attributes, blocks);
  const products = fusedProduct(out, unfold(out, x, axes), inBlocks(out, dy, axes), { a: true, b: false });
  const pairs = reshape(out, products, [channels, along(axes, 'rows') * along(axes, 'columns')]);
  const sums = fusedProduct(out, pairs, selectionOf(out, axes), { a: false, b: true });
  return reshape(out, sums, filterShape);
}

/** `[C, 1, ...kernel]` → `[C, rows, columns]`: the taps of all channels are copied at once, not value by value. */
export function filterOf(out: OnnxWriter, w: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [channels = 1] = w.shape;
  const taps = along(axes, 'taps');
  const byTap = permute(out, reshape(out, w, [channels, taps]), [1, 0], [taps, channels]);
  const cells = copied(out, byTap, tapTable(axes), 0);
  return permute(out, cells, [1, 0], [channels, along(axes, 'rows'), along(axes, 'columns')]);
}

/** `[N, C, ...]` → `[C, N, places]`. */
function channelsFirst(out: OnnxWriter, x: OnnxValue): OnnxValue {
  const [n = 1, channels = 1, ...spatial] = x.shape;
  const places = sizeOf(spatial);
  return permute(out, reshape(out, x, [n, channels, places]), [1, 0, 2], [channels, n, places]);
}

/** `[N, C, ...]` → `[C, N · blocks, rows]`: what each block sees. */
function unfold(out: OnnxWriter, x: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [n = 1, channels = 1] = x.shape;
  const first = channelsFirst(out, x);
  const divided = dividedAxes(axes);
  const line = along(axes.slice(divided.length), 'read');
  const shape = [channels, n * along(axes, 'blocks'), along(axes, 'rows')];
  if (divided.length === 0) return reshape(out, first, shape);
  const places = along(divided, 'read');
  const lines = reshape(out, first, [channels * n, places, line]);
  return reshape(out, copied(out, lines, placeTable(divided), 1), shape);
}

/** `[C, N · blocks, columns]` → `[N, C, ...]`. */
function leave(out: OnnxWriter, y: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [channels = 1, rows = 1] = y.shape;
  const n = rows / along(axes, 'blocks');
  const open = [channels, n, ...axes.map(({ blocks }) => blocks), ...axes.map(({ columns }) => columns)];
  const whole = [n, channels, ...axes.map(({ blocks, columns }) => blocks * columns)];
  const order = [1, 0, ...axes.flatMap((_, i) => [2 + i, 2 + axes.length + i])];
  const turned = permute(out, reshape(out, y, open), order, whole);
  const ends = [n, channels, ...axes.map(({ written }) => written)];
  return sliceOf(out, turned, { starts: whole.map(() => 0), ends });
}

/** `[N, C, ...]` → `[C, N · blocks, columns]`, what a block lacks filled up with zeros. */
function inBlocks(out: OnnxWriter, dy: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [n = 1, channels = 1] = dy.shape;
  const after = axes.map(({ blocks, columns, written }) => blocks * columns - written);
  const padded = padOf(out, dy, { before: dy.shape.map(() => 0), after: [0, 0, ...after] });
  const open = [n, channels, ...axes.flatMap(({ blocks, columns }) => [blocks, columns])];
  const order = [1, 0, ...axes.map((_, i) => 2 + 2 * i), ...axes.map((_, i) => 3 + 2 * i)];
  const shape = [channels, n * along(axes, 'blocks'), along(axes, 'columns')];
  return permute(out, reshape(out, padded, open), order, shape);
}

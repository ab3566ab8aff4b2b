/**
 * Convolution of small volumes and its gradients, one matrix product each; what it does along an axis, and why, stands
 * in `axes.ts`.
 *
 *   y = U · S        dx = V · T        dw = sums of Uᵀ · dy
 *
 * U `[N · blocks, rows · C]` is x with channels last, what each block sees side by side; S `[rows · C, columns · O]` holds
 * the filter's values where a place sees another, and zeros. V and T are the same for dy and the way back.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import type { ConvAttributes } from '../../../../ir/ops/convolution.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import type { LoweringSite } from '../lowering.js';
import { fusedProduct } from '../products.js';
import { padOf, permute, reshape, sliceOf, transpose } from '../shaping.js';
import {
  along,
  dividedAxes,
  forwardAxes,
  inputGradientAxes,
  interleaved,
  placeTable,
  tapTable,
  type BlockedAxis,
} from './axes.js';

const PLAIN = { a: false, b: false } as const;

/** Writes a convolution without groups; `blocks`: outputs in a block along each axis, 0 for all of them. */
export function structuredConv(
  out: OnnxWriter,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  blocks: readonly number[],
): OnnxValue {
  const axes = forwardAxes(x.shape, w.shape, attributes, blocks);
  const [outChannels = 1, channels = 1, ...kernel] = w.shape;
  const taps = sizeOf(kernel);
  // in two steps, which together are faster than a transposition of three axes
  const outLast = permute(
    out,
    reshape(out, w, [outChannels, channels * taps]),
    [1, 0],
    [channels, taps, outChannels],
  );
  const tapsFirst = permute(out, outLast, [1, 0, 2], [taps, channels, outChannels]);
  const filter = structured(out, tapsFirst, axes);
  return leave(out, fusedProduct(out, unfold(out, x, axes), filter, PLAIN), axes, outChannels);
}

/** Writes an input gradient; `blocks`: inputs in a block along each axis, 0 for all of them. */
export function structuredInputGradient(
  { out, inputs: [dy, w], attributes }: LoweringSite<'convInputGrad'>,
  blocks: readonly number[],
): OnnxValue {
  const axes = inputGradientAxes(dy.shape, w.shape, attributes, blocks);
  const [outChannels = 1, channels = 1, ...kernel] = w.shape;
  const taps = sizeOf(kernel);
  const open = reshape(out, w, [outChannels * channels, taps]);
  const tapsFirst = permute(out, open, [1, 0], [taps, outChannels, channels]);
  const filter = structured(out, tapsFirst, axes);
  return leave(out, fusedProduct(out, unfold(out, dy, axes), filter, PLAIN), axes, channels);
}

/** Writes a filter gradient; `blocks` as for the forward pass. */
export function structuredFilterGradient(
  { out, inputs: [x, dy], attributes }: LoweringSite<'convFilterGrad'>,
  blocks: readonly number[],
): OnnxValue {
  const { filterShape } = attributes;
  const [outChannels = 1, channels = 1] = filterShape;
  const axes = forwardAxes(x.shape, filterShape, attributes, blocks);
  const [rows, columns, taps] = [along(axes, 'rows'), along(axes, 'columns'), along(axes, 'taps')];
  const seen = unfold(out, x, axes);
  const products = fusedProduct(out, seen, inBlocks(out, dy, axes), { a: true, b: false });
  const cells = reshape(out, products, [rows, channels, columns, outChannels]);
  const pairs = permute(out, cells, [0, 2, 1, 3], [rows * columns, channels * outChannels]);
  const sums = fusedProduct(out, selectionOf(out, axes), pairs, PLAIN);
  // in two steps, as the filter comes
  const byTap = reshape(out, sums, [taps, channels, outChannels]);
  const outLast = permute(out, byTap, [1, 0, 2], [channels * taps, outChannels]);
  return permute(out, outLast, [1, 0], filterShape);
}

/** `[taps, rows · columns]`: 1 where a row and a column meet through a tap; each pair belongs to one tap, or to none. */
export function selectionOf(out: OnnxWriter, axes: readonly BlockedAxis[]): OnnxValue {
  const table = tapTable(axes);
  const taps = along(axes, 'taps');
  const selection = new Float32Array(taps * table.length);
  table.forEach((tap, pair) => {
    if (tap < taps) selection[tap * table.length + pair] = 1;
  });
  return out.floats([taps, table.length], selection);
}

/** `[taps, from, to]` → `[rows · from, columns · to]`. */
function structured(out: OnnxWriter, filter: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [taps = 1, from = 1, to = 1] = filter.shape;
  const [rows, columns] = [along(axes, 'rows'), along(axes, 'columns')];
  const table = tapTable(axes);
  const flat = reshape(out, filter, [taps, from * to]);
  const source = table.includes(taps) ? padOf(out, flat, { before: [0, 0], after: [1, 0] }) : flat;
  const cells = out.op('Gather', [source, out.ints(table)], [table.length, from * to], { axis: 0 });
  const last = interleaved(axes) ? (axes.at(-1)?.columns ?? 1) : 1;
  const open = reshape(out, cells, [rows, columns / last, last, from, to]);
  return permute(out, open, [0, 3, 2, 1, 4], [rows * from, columns * to]);
}

/** `[N, C, ...]` → `[N · blocks, rows · C]`: what each block sees. */
function unfold(out: OnnxWriter, x: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [n = 1, channels = 1] = x.shape;
  const last = channelsLast(out, x);
  const divided = dividedAxes(axes);
  const line = along(axes.slice(divided.length), 'read') * channels;
  const shape = [n * along(axes, 'blocks'), along(axes, 'rows') * channels];
  if (divided.length === 0) return reshape(out, last, shape);
  const places = along(divided, 'read');
  const lines = reshape(out, last, [n, places, line]);
  const table = placeTable(divided);
  if (table.length === places && table.every((place, i) => place === i)) return reshape(out, lines, shape);
  const source = table.includes(places) ? padOf(out, lines, { before: [0, 0, 0], after: [0, 1, 0] }) : lines;
  const seen = out.op('Gather', [source, out.ints(table)], [n, table.length, line], { axis: 1 });
  return reshape(out, seen, shape);
}

/** `[N, C, ...]` → `[N, places, C]`. */
function channelsLast(out: OnnxWriter, x: OnnxValue): OnnxValue {
  const [n = 1, channels = 1, ...spatial] = x.shape;
  const places = sizeOf(spatial);
  return permute(out, reshape(out, x, [n, channels, places]), [0, 2, 1], [n, places, channels]);
}

/** Extents and order that take `[N, ...blocks, ...columns, C]` to `[N, C, block, column, block, ...]`. */
function blockOrder(axes: readonly BlockedAxis[]): number[] {
  const rank = axes.length;
  return [0, 2 * rank + 1, ...axes.flatMap((_, i) => [1 + i, 1 + rank + i])];
}

/** `[N · blocks, columns · C]` → `[N, C, ...]`. */
function leave(out: OnnxWriter, y: OnnxValue, axes: readonly BlockedAxis[], channels: number): OnnxValue {
  const n = (y.shape[0] ?? 1) / along(axes, 'blocks');
  const open = [n, ...axes.map(({ blocks }) => blocks), ...axes.map(({ columns }) => columns), channels];
  const whole: Shape = [n, channels, ...axes.map(({ blocks, columns }) => blocks * columns)];
  const turned = interleaved(axes)
    ? interleave(out, y, axes, channels)
    : permute(out, reshape(out, y, open), blockOrder(axes), whole);
  const ends = [n, channels, ...axes.map(({ written }) => written)];
  return sliceOf(out, turned, { starts: whole.map(() => 0), ends });
}

/** The same in three steps, all of which the runtime is fast at: places outermost, then beside their blocks, then whole lines. */
function interleave(
  out: OnnxWriter,
  y: OnnxValue,
  axes: readonly BlockedAxis[],
  channels: number,
): OnnxValue {
  const outer = axes.slice(0, -1);
  const { blocks = 1, columns = 1 } = axes.at(-1) ?? {};
  const lines = (y.shape[0] ?? 1) / blocks;
  const rest = along(outer, 'columns') * channels;
  const placesFirst = transpose(out, reshape(out, y, [lines, blocks, columns * rest]), [0, 2, 1]);
  const zipped = transpose(out, reshape(out, placesFirst, [lines, columns, rest * blocks]), [0, 2, 1]);
  const n = lines / along(outer, 'blocks');
  const open = [n, ...outer.map((axis) => axis.blocks), ...outer.map((axis) => axis.columns), channels];
  const rank = outer.length;
  const order = [0, 1 + 2 * rank, ...outer.flatMap((_, i) => [1 + i, 1 + rank + i]), 2 + 2 * rank];
  const whole = [n, channels, ...axes.map((axis) => axis.blocks * axis.columns)];
  return permute(out, reshape(out, zipped, [...open, blocks * columns]), order, whole);
}

/** `[N, C, ...]` → `[N · blocks, columns · C]`, what a block lacks filled up with zeros. */
function inBlocks(out: OnnxWriter, dy: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [n = 1, channels = 1] = dy.shape;
  const shape = [n * along(axes, 'blocks'), along(axes, 'columns') * channels];
  const after = axes.map(({ blocks, columns, written }) => blocks * columns - written);
  const padded = padOf(out, dy, { before: dy.shape.map(() => 0), after: [0, 0, ...after] });
  const open = [n, channels, ...axes.flatMap(({ blocks, columns }) => [blocks, columns])];
  const order = [0, ...axes.map((_, i) => 2 + 2 * i), ...axes.map((_, i) => 3 + 2 * i), 1];
  return permute(out, reshape(out, padded, open), order, shape);
}

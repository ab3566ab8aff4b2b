/**
 * Volumes and the rows of products in blocks of places, with channels last.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { padOf, permute, reshape, sliceOf } from '../shaping.js';
import { along, dividedAxes, interleavedAxes, type BlockedAxis } from './axes.js';
import { copied, placeTable } from './tables.js';

/** `[N, C, ...]` → `[N · blocks, rows · C]`: what each block sees. */
export function unfold(out: OnnxWriter, x: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [n = 1, channels = 1] = x.shape;
  const last = channelsLast(out, x);
  const divided = dividedAxes(axes);
  const line = along(axes.slice(divided.length), 'read') * channels;
  const shape = [n * along(axes, 'blocks'), along(axes, 'rows') * channels];
  if (divided.length === 0) return reshape(out, last, shape);
  const places = along(divided, 'read');
  const lines = reshape(out, last, [n, places, line]);
  return reshape(out, copied(out, lines, placeTable(divided), 1), shape);
}

/** `[N, C, ...]` → `[N, places, C]`. */
function channelsLast(out: OnnxWriter, x: OnnxValue): OnnxValue {
  const [n = 1, channels = 1, ...spatial] = x.shape;
  const places = sizeOf(spatial);
  return permute(out, reshape(out, x, [n, channels, places]), [0, 2, 1], [n, places, channels]);
}

/**
 * `[N · blocks, columns · C]` → `[N, C, ...]`. Where blocks interleave, places of the last axes, all in one, come before the columns
 * of the others: `[N, blocks, inner places, columns, C]`.
 */
export function leave(
  out: OnnxWriter,
  y: OnnxValue,
  axes: readonly BlockedAxis[],
  channels: number,
): OnnxValue {
  const inner = interleavedAxes(axes);
  const outer = axes.slice(0, axes.length - inner.length);
  const rank = outer.length;
  const n = (y.shape[0] ?? 1) / along(axes, 'blocks');
  const line = along(inner, 'blocks') * along(inner, 'columns');
  const open = [
    n,
    ...outer.map(({ blocks }) => blocks),
    line,
    ...outer.map(({ columns }) => columns),
    channels,
  ];
  const order = [0, 2 + 2 * rank, ...outer.flatMap((_, i) => [1 + i, 2 + rank + i]), 1 + rank];
  const whole: Shape = [n, channels, ...axes.map(({ blocks, columns }) => blocks * columns)];
  const turned = permute(out, reshape(out, y, open), order, whole);
  const ends = [n, channels, ...axes.map(({ written }) => written)];
  return sliceOf(out, turned, { starts: whole.map(() => 0), ends });
}

/** `[N, C, ...]` → `[N · blocks, columns · C]`, what a block lacks filled up with zeros. */
export function inBlocks(out: OnnxWriter, dy: OnnxValue, axes: readonly BlockedAxis[]): OnnxValue {
  const [n = 1, channels = 1] = dy.shape;
  const shape = [n * along(axes, 'blocks'), along(axes, 'columns') * channels];
  const after = axes.map(({ blocks, columns, written }) => blocks * columns - written);
  const padded = padOf(out, dy, { before: dy.shape.map(() => 0), after: [0, 0, ...after] });
  const open = [n, channels, ...axes.flatMap(({ blocks, columns }) => [blocks, columns])];
  const order = [0, ...axes.map((_, i) => 2 + 2 * i), ...axes.map((_, i) => 3 + 2 * i), 1];
  return permute(out, reshape(out, padded, open), order, shape);
}

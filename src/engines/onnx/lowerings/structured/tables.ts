/**
 * Which tap lies between the rows and columns of a filter that holds places, and which places its rows read.
 */
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { tapsOf } from '../filter-gradient.js';
import { along, type BlockedAxis } from './axes.js';

/** `[rows · columns]`, row-major: the tap between them, or the number of taps where there is none. */
export function tapTable(axes: readonly BlockedAxis[]): number[] {
  const none = along(axes, 'taps');
  const columns = tapsOf(axes.map((axis) => axis.columns));
  return tapsOf(axes.map((axis) => axis.rows)).flatMap((row) =>
    columns.map((column) => {
      const taps = axes.map((axis, i) => axis.tap(row[i] ?? 0, column[i] ?? 0));
      return taps.includes(undefined)
        ? none
        : axes.reduce((place, axis, i) => place * axis.taps + (taps[i] ?? 0), 0);
    }),
  );
}

/** `[blocks · rows]`, row-major: the place that is read, or the number of places where it lies outside. */
export function placeTable(axes: readonly BlockedAxis[]): number[] {
  const none = along(axes, 'read');
  const rows = tapsOf(axes.map((axis) => axis.rows));
  return tapsOf(axes.map((axis) => axis.blocks)).flatMap((block) =>
    rows.map((row) => {
      const places = axes.map((axis, i) => axis.place(block[i] ?? 0, row[i] ?? 0));
      const inside = axes.every((axis, i) => (places[i] ?? -1) >= 0 && (places[i] ?? 0) < axis.read);
      return inside ? axes.reduce((place, axis, i) => place * axis.read + (places[i] ?? 0), 0) : none;
    }),
  );
}

/**
 * `[taps · places]`: the place that a tap sees, or the number of places where it lies outside. `mirrored`: the first row
 * belongs to the last tap, as in an input gradient.
 */
export function placesByTap(axes: readonly BlockedAxis[], mirrored: boolean): number[] {
  const [taps, places] = [along(axes, 'taps'), along(axes, 'blocks')];
  const byPlace = placeTable(axes);
  const rowOf = (tap: number): number => (mirrored ? taps - 1 - tap : tap);
  return Array.from(
    { length: taps * places },
    (_, i) => byPlace[(i % places) * taps + rowOf(Math.floor(i / places))] ?? 0,
  );
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

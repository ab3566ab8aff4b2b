/**
 * Which tap lies between the rows and columns of a filter that holds places, and which places its rows read.
 */
import type { OnnxValue, OnnxWriter } from '../../writer.js';
import { padOf } from '../shaping.js';
import { along, type BlockedAxis } from './axes.js';

/** One axis of a table: what a pair of positions means, from 0 to `extent` − 1; anything else where they mean nothing. */
interface PairedAxis {
  readonly outer: number;
  readonly inner: number;
  readonly extent: number;
  readonly meaning: (outer: number, inner: number) => number;
}

/** `[outer · inner]`, row-major over all axes: their meanings as one number; the product of extents where one has none. */
function tableOf(axes: readonly PairedAxis[]): number[] {
  let [table, outers, inners, none] = [[0], 1, 1, 1];
  for (const { outer, inner, extent, meaning } of axes) {
    const own = Array.from({ length: outer * inner }, (_, i) => meaning(Math.floor(i / inner), i % inner));
    const wider = new Array<number>(table.length * own.length);
    let at = 0;
    for (let row = 0; row < outers * outer; row++) {
      for (let column = 0; column < inners * inner; column++) {
        const before = table[Math.floor(row / outer) * inners + Math.floor(column / inner)] ?? none;
        const last = own[(row % outer) * inner + (column % inner)] ?? extent;
        const known = before < none && last >= 0 && last < extent;
        wider[at++] = known ? before * extent + last : none * extent;
      }
    }
    [table, outers, inners, none] = [wider, outers * outer, inners * inner, none * extent];
  }
  return table;
}

/** `[rows · columns]`, row-major: the tap between them, or the number of taps where there is none. */
export function tapTable(axes: readonly BlockedAxis[]): number[] {
  return tableOf(
    axes.map(({ rows, columns, taps, tap }) => ({
      ...{ outer: rows, inner: columns, extent: taps },
      meaning: (row, column) => tap(row, column) ?? taps,
    })),
  );
}

/** `[blocks · rows]`, row-major: the place that is read, or the number of places where it lies outside. */
export function placeTable(axes: readonly BlockedAxis[]): number[] {
  return tableOf(
    axes.map(({ blocks, rows, read, place }) => ({
      ...{ outer: blocks, inner: rows, extent: read },
      meaning: place,
    })),
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

/**
 * Copies along an axis, by numbers of places; the number of places itself stands for zeros. What would stay as it is is not
 * copied.
 */
export function copied(out: OnnxWriter, x: OnnxValue, table: readonly number[], axis: number): OnnxValue {
  const places = x.shape[axis] ?? 1;
  if (table.length === places && table.every((place, i) => place === i)) return x;
  const at = (zeros: number): number[] => x.shape.map((_, i) => (i === axis ? zeros : 0));
  const source = table.includes(places) ? padOf(out, x, { before: at(0), after: at(1) }) : x;
  const shape = x.shape.map((extent, i) => (i === axis ? table.length : extent));
  return out.op('Gather', [source, out.ints(table)], shape, { axis });
}

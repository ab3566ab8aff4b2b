/**
 * Palettes as colours of 8 bits, for looking at pictures.
 *
 * Source: DICOM PS3.3 C.7.6.3.1.5 and C.7.6.3.1.6.
 */
import { valueAt, type DataSet } from '../file/data-set.js';
import { Refusal } from '../file/refusal.js';

export type Palette = (value: number) => readonly [red: number, green: number, blue: number];

/** Throws `Refusal` where it is segmented or incomplete. */
export function paletteOf(data: DataSet): Palette {
  const [red, green, blue] = [1, 2, 3].map((colour) => tableOf(data, colour)) as [Table, Table, Table];
  return (value) => [red(value), green(value), blue(value)];
}

type Table = (value: number) => number;

function tableOf(data: DataSet, colour: number): Table {
  const descriptor = wordsOf(data, 0x00281100 + colour);
  const words = valueAt(data, 0x00281200 + colour);
  const [entries, first, bits] = descriptor;
  if (words === undefined || entries === undefined || first === undefined || bits === undefined)
    throw new Refusal('pixels', 'a palette that cannot be read');
  const count = entries === 0 ? 65_536 : entries;
  // Entries of 8 bits may stand two in a word, or one.
  const packed = bits === 8 && words.length < 2 * count;
  const table = packed ? Uint16Array.from(words) : Uint16Array.from(wordsOf(data, 0x00281200 + colour));
  const shift = bits === 8 ? 0 : bits - 8;
  return (value) => (table[Math.min(Math.max(value - first, 0), count - 1)] ?? 0) >> shift;
}

function wordsOf(data: DataSet, tag: number): number[] {
  const value = valueAt(data, tag) ?? new Uint8Array();
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return Array.from({ length: value.length >> 1 }, (_, i) => view.getUint16(2 * i, !data.encoding.big));
}

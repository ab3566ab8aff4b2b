/**
 * The modality's lookup table: from stored values to its units, where no slope and intercept would do.
 *
 * Source: DICOM PS3.3 C.11.1 (Modality LUT module).
 */
import { UserError } from '../../../core/errors.js';
import { NUMBER_TYPES } from '../numbers.js';
import { itemsOf, type DicomFile } from './file.js';

export interface LookupTable {
  /** The stored value that the first entry is for. */
  readonly first: number;
  readonly values: Uint8Array | Uint16Array;
}

const SEQUENCE = 'x00283000';
const DESCRIPTOR = 'x00283002';
const DATA = 'x00283006';

export function lookupTableOf({ path, data }: DicomFile): LookupTable | null {
  const item = itemsOf(data, SEQUENCE)[0];
  if (item === undefined) return null;
  const count = item.uint16(DESCRIPTOR, 0);
  const signed = data.uint16('x00280103') === 1;
  const first = signed ? item.int16(DESCRIPTOR, 1) : item.uint16(DESCRIPTOR, 1);
  const bits = item.uint16(DESCRIPTOR, 2);
  const element = item.elements[DATA];
  const size = count === 0 ? 65536 : count;
  if (size === undefined || first === undefined || element === undefined || element.length < size) {
    throw new UserError({
      subject: path,
      problem: 'its modality lookup table is missing or incomplete',
      fix: 'copy it again from its source',
    });
  }
  const bytes = item.byteArray.slice(element.dataOffset, element.dataOffset + element.length);
  // Entries of 8 bits may lie in words.
  const wide = bits !== 8 || element.length >= 2 * size;
  if (!wide) return { first, values: bytes.subarray(0, size) };
  const values = new NUMBER_TYPES.uint16(bytes.buffer, 0, Math.min(size, bytes.length >> 1));
  if (isSwapped(item)) for (let i = 0; i < values.length; i++) values[i] = swapped(values[i] as number);
  return { first, values };
}

/** Words of big-endian files lie the other way round. */
function isSwapped(item: {
  byteArrayParser: { readUint16(bytes: Uint8Array, at: number): number };
}): boolean {
  return item.byteArrayParser.readUint16(Uint8Array.of(1, 0), 0) !== 1;
}

function swapped(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}

/** What a stored value stands for; values beyond the table take its ends. */
export function lookedUp({ first, values }: LookupTable, stored: number): number {
  return values[Math.min(Math.max(stored - first, 0), values.length - 1)] ?? 0;
}

/**
 * Lookup tables: the modality's, which maps stored values to its units in place of slope and intercept, and those of
 * palettes.
 *
 * Source: DICOM PS3.3 C.11.1.1 (Modality LUT), C.7.6.3.1.6 (entries of 8 bits, two to a word).
 */
import type { DataSet } from 'dicom-parser';
import { UserError } from '../../../../core/errors.js';
import { NUMBER_TYPES } from '../../numbers.js';
import { itemsOf, type DicomFile } from '../elements/file.js';

export interface LookupTable {
  /** The stored value that the first entry is for. */
  readonly first: number;
  readonly values: Uint8Array | Uint16Array;
}

const SEQUENCE = 'x00283000';
const DESCRIPTOR = 'x00283002';
const DATA = 'x00283006';

/** The modality's table; null if there is none, or only an empty item. */
export function lookupTableOf({ path, data }: DicomFile): LookupTable | null {
  const item = itemsOf(data, SEQUENCE)[0];
  if (item?.elements[DESCRIPTOR] === undefined && item?.elements[DATA] === undefined) return null;
  const table = tableOf(item, DESCRIPTOR, DATA, data.uint16('x00280103') === 1);
  if (table !== null) return table;
  throw new UserError({
    subject: path,
    problem: 'its modality lookup table is missing or incomplete',
    fix: 'copy it again from its source',
  });
}

/**
 * Reads a table of `data`; null if it is missing or incomplete.
 *
 * @param descriptor tag of number of entries (0 stands for 2¹⁶), first stored value, bits per entry
 * @param signed true if stored values are signed; the first stored value is then signed, too
 */
export function tableOf(
  data: DataSet,
  descriptor: string,
  entries: string,
  signed: boolean,
): LookupTable | null {
  const count = data.uint16(descriptor, 0);
  const first = signed ? data.int16(descriptor, 1) : data.uint16(descriptor, 1);
  const bits = data.uint16(descriptor, 2);
  const element = data.elements[entries];
  if (count === undefined || first === undefined || element === undefined) return null;
  const size = count === 0 ? 65536 : count;
  // Entries of 8 bits may each have a word; one alone is padded to a word.
  const wide = bits !== 8 || (element.length >= 2 * size && size > 1);
  if (element.length < (wide ? 2 : 1) * size) return null;
  const bytes = data.byteArray.slice(element.dataOffset, element.dataOffset + element.length);
  if (bytes.length < element.length) return null;
  // Two entries of 8 bits also share a word, with its bytes swapped.
  if (isBigEndian(data) && element.vr !== 'OB' && bytes.length % 2 === 0) Buffer.from(bytes.buffer).swap16();
  return { first, values: wide ? new NUMBER_TYPES.uint16(bytes.buffer, 0, size) : bytes.subarray(0, size) };
}

function isBigEndian({ byteArrayParser }: DataSet): boolean {
  return byteArrayParser.readUint16(Uint8Array.of(1, 0), 0) !== 1;
}

/** Table entry for a stored value; values beyond the table are clamped to its ends. */
export function lookedUp({ first, values }: LookupTable, stored: number): number {
  return values[Math.min(Math.max(stored - first, 0), values.length - 1)] ?? 0;
}

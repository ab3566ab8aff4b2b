/**
 * DICOM files of one picture for tests, in either byte order: only what a picture needs, and whatever else is given.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dicomFile, text } from '../../../bench/scans/dicom-file.js';
import { temporaryFolder } from './nifti-file.js';

export const EXPLICIT = '1.2.840.10008.1.2.1';
export const BIG = '1.2.840.10008.1.2.2';

export interface PictureFields {
  readonly rows: number;
  readonly columns: number;
  readonly frames?: number;
  readonly samples?: number;
  readonly photometric?: string;
  readonly planar?: boolean;
  readonly allocated?: number;
  readonly stored?: number;
  readonly signed?: boolean;
  readonly syntax?: string;
  /** More elements, of groups up to 0008, between 0028,0103 and the pixels, and after the pixels. */
  readonly before?: readonly Buffer[];
  readonly between?: readonly Buffer[];
  readonly after?: readonly Buffer[];
  /** The element with the pixels. */
  readonly pixels: Buffer;
}

/** @returns the file's path */
export function dicomPicture(fields: PictureFields): string {
  const path = join(temporaryFolder(), 'picture.dcm');
  writeFileSync(path, dicomPictureBytes(fields));
  return path;
}

export function dicomPictureBytes({
  rows,
  columns,
  frames = 1,
  samples = 1,
  photometric = samples === 1 ? 'MONOCHROME2' : 'RGB',
  planar = false,
  allocated = 8,
  stored = allocated,
  signed = false,
  syntax = EXPLICIT,
  before = [],
  between = [],
  after = [],
  pixels,
}: PictureFields): Buffer {
  const big = syntax === BIG;
  const number = (element: number, value: number): Buffer =>
    field(0x0028, element, 'US', numbers([value], 2, big), big);
  return dicomFile(syntax, [
    ...before,
    field(0x0008, 0x0016, 'UI', text('1.2.840.10008.5.1.4.1.1.7', '\0'), big),
    field(0x0008, 0x0018, 'UI', text('1.2.3', '\0'), big),
    number(0x0002, samples),
    field(0x0028, 0x0004, 'CS', text(photometric), big),
    ...(samples === 1 ? [] : [number(0x0006, planar ? 1 : 0)]),
    field(0x0028, 0x0008, 'IS', text(String(frames)), big),
    number(0x0010, rows),
    number(0x0011, columns),
    number(0x0100, allocated),
    number(0x0101, stored),
    number(0x0102, stored - 1),
    number(0x0103, signed ? 1 : 0),
    ...between,
    pixels,
    ...after,
  ]);
}

/** Value representations with two bytes of length, of all that there are: PS3.5 table 7.1-2. */
const SHORT = /^(A[EST]|CS|D[AST]|F[LD]|IS|L[OT]|PN|S[HLST]|TM|U[ILS])$/;

/** One element; its value is in the right order already. */
export function field(group: number, element: number, vr: string, value: Uint8Array, big = false): Buffer {
  const padded = even(value);
  return Buffer.concat([
    numbers([group, element], 2, big),
    Buffer.from(vr),
    SHORT.test(vr)
      ? numbers([padded.length], 2, big)
      : Buffer.concat([Buffer.alloc(2), numbers([padded.length], 4, big)]),
    padded,
  ]);
}

/** Numbers of `width` bytes, 1, 2 or 4; negative ones as their complement. */
export function numbers(values: readonly number[], width: 1 | 2 | 4, big = false): Buffer {
  const bytes = Buffer.alloc(values.length * width);
  values.forEach((value, i) => {
    const unsigned = value < 0 ? value + 256 ** width : value;
    if (big) bytes.writeUIntBE(unsigned, i * width, width);
    else bytes.writeUIntLE(unsigned, i * width, width);
  });
  return bytes;
}

/** Padded to an even length, as values and items must have. */
export function even(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
}

/** Bytes as big-endian words hold them. */
export function words(bytes: Buffer, big: boolean): Buffer {
  const padded = Buffer.from(even(bytes));
  return big ? padded.swap16() : padded;
}

/** Pixel Data of one item for each fragment, after a basic offset table. */
export function fragmented(fragments: readonly Buffer[], offsets: readonly number[] = []): Buffer {
  const item = (bytes: Buffer): Buffer =>
    Buffer.concat([numbers([0xfffe, 0xe000], 2), numbers([bytes.length], 4), bytes]);
  return Buffer.concat([
    numbers([0x7fe0, 0x0010], 2),
    Buffer.from('OB\0\0\xff\xff\xff\xff', 'latin1'),
    item(numbers(offsets, 4)),
    ...fragments.map(item),
    numbers([0xfffe, 0xe0dd, 0, 0], 2),
  ]);
}

/**
 * Pixels as they may leave without being looked at: their bytes hold the pixels that the header states and nothing else.
 *
 * Sources: DICOM PS3.3 C.7.6.3 (image pixel), C.9.2 (overlays in pixel bits), PS3.5 section 8 and A.4.
 */
import { PIXELS, type Written } from '../elements/element.js';
import { elementAt, numberAt, textAt, valueAt, type DataSet } from '../file/data-set.js';
import type { Counts } from '../file/context.js';
import type { StoredFile } from '../file/part10.js';
import { Refusal } from '../file/refusal.js';
import { checkedFragments, type CheckedFragments } from './fragments.js';

const ENCAPSULATED = '1.2.840.10008.1.2.';
/** JPEG, JPEG-LS, JPEG 2000 and its high-throughput form: their markers can be followed. */
const MARKED = /^(4\.\d{2,3}|8[01]|9[0-3]|20[1-3])$/;
const RLE = '5';
const [EXTENDED_OFFSETS, EXTENDED_LENGTHS] = [0x7fe00001, 0x7fe00002];
const [FLOAT, DOUBLE] = [0x7fe00008, 0x7fe00009];

/** Throws `Refusal` unless the pixels are in order; returns the elements with pixels in them. */
export function withPixels(file: StoredFile, elements: readonly Written[], counts: Counts): Written[] {
  refuseOverlays(file);
  const pixels = elementAt(file, PIXELS);
  if (pixels?.fragments === undefined) {
    for (const tag of [PIXELS, FLOAT, DOUBLE]) checkNative(file, tag);
    return [...elements];
  }
  const { bytes } = file;
  const fragments = pixels.fragments.map(({ start, end }) => bytes.subarray(start, end));
  const checked = encapsulated(file, fragments);
  counts.add('comment', checked.removed);
  const written = checked.fragments ?? fragments;
  return elements.map((element): Written => {
    if (element.tag === PIXELS && element.kind === 'fragments') return { ...element, fragments: written };
    const { tag } = element;
    if (checked.fragments === null || (tag !== EXTENDED_OFFSETS && tag !== EXTENDED_LENGTHS)) return element;
    const numbers = checked.frames.map(({ offset, length }) => (tag === EXTENDED_OFFSETS ? offset : length));
    return { kind: 'value', tag, stated: 'OV', value: wide(numbers) };
  });
}

function wide(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, i) => bytes.writeBigUInt64LE(BigInt(number), 8 * i));
  return bytes;
}

function framesOf(data: DataSet): number {
  const text = textAt(data, 0x00280008);
  return text === '' ? 1 : Number(text);
}

function encapsulated(file: StoredFile, fragments: readonly Uint8Array[]): CheckedFragments {
  const syntax = file.syntax.startsWith(ENCAPSULATED) ? file.syntax.slice(ENCAPSULATED.length) : '';
  if (MARKED.test(syntax)) return checkedFragments(fragments, framesOf(file));
  if (syntax !== RLE) throw new Refusal('other-syntax');
  if (fragments.length - 1 !== framesOf(file)) throw new Refusal('pixels', 'RLE needs one fragment a frame');
  return { fragments: null, frames: [], removed: 0 };
}

/** Native pixels have the length that rows, columns, frames and bits make; zeros may pad them. */
function checkNative(data: DataSet, tag: number): void {
  const value = valueAt(data, tag);
  if (value === undefined) return;
  const of = (at: number): number => numberAt(data, at) ?? 0;
  const samples = /422/.test(textAt(data, 0x00280004)) ? 2 : of(0x00280002);
  const pixels = of(0x00280010) * of(0x00280011) * samples * framesOf(data);
  const bytes = Math.ceil((pixels * of(0x00280100)) / 8);
  if (!(bytes > 0) || value.length < bytes)
    throw new Refusal('pixels', `${value.length} bytes of pixels where the header states ${bytes}`);
  if (value.subarray(bytes).some((byte, i) => byte !== 0 && i > 0))
    throw new Refusal('pixels', 'bytes follow the pixels that the header states');
}

/** Overlays whose data stands in bits of the pixels: PS3.3 C.9.2.1.1. */
function refuseOverlays(data: DataSet): void {
  for (const { tag } of data.elements) {
    const [group, element] = [tag >>> 16, tag & 0xffff];
    if (group < 0x6000 || group > 0x60ff || group % 2 === 1) continue;
    const has = (wanted: number): boolean => elementAt(data, ((group << 16) | wanted) >>> 0) !== undefined;
    const isPlaced = (element === 0x0100 || element === 0x0102) && (numberAt(data, tag) ?? 0) > 1;
    if (isPlaced || (element === 0x0010 && !has(0x3000))) throw new Refusal('overlay');
  }
}

/**
 * Fragments of encapsulated pixels as they may leave: byte for byte where they hold no free text, else without it, with
 * offset tables computed anew.
 *
 * Source: DICOM PS3.5 A.4; PS3.3 C.7.6.3.1.8 (extended offset table).
 */
import { Refusal } from '../file/refusal.js';
import { beginsPicture, textRanges, type Range } from './codestream.js';

export interface CheckedFragments {
  /** The offset table first; null where nothing had to change. */
  readonly fragments: readonly Uint8Array[] | null;
  /** Bytes of each frame's first fragment header after the offset table, and of its fragments, for extended tables. */
  readonly frames: readonly { readonly offset: number; readonly length: number }[];
  /** Segments of free text that went. */
  readonly removed: number;
}

const HEADER_BYTES = 8;

/**
 * @param fragments bytes of the fragments, the basic offset table first
 * @param frames number of frames that the file states
 */
export function checkedFragments(fragments: readonly Uint8Array[], frames: number): CheckedFragments {
  const [table, ...rest] = fragments;
  if (table === undefined) throw new Refusal('pixels', 'there are no fragments');
  const pictures = picturesOf(rest);
  if (pictures.length !== frames)
    throw new Refusal('pixels', `${pictures.length} pictures in a file that states ${frames} frames`);
  let removed = 0;
  const cleaned = pictures.map((parts) => {
    const whole = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    const ranges = textRanges(whole);
    removed += ranges.length;
    return ranges.length === 0 ? parts : [evenly(without(whole, ranges))];
  });
  const places = placesOf(cleaned);
  if (removed === 0) return { fragments: null, frames: places, removed };
  return { fragments: [tableOf(table, places), ...cleaned.flat()], frames: places, removed };
}

/** Fragments by picture: each begins with the marker that begins a picture. */
export function picturesOf(fragments: readonly Uint8Array[]): Uint8Array[][] {
  const pictures: Uint8Array[][] = [];
  for (const fragment of fragments) {
    if (beginsPicture(fragment)) pictures.push([fragment]);
    else if (pictures.length === 0) throw new Refusal('codestream', 'a fragment begins no picture');
    else pictures[pictures.length - 1]?.push(fragment);
  }
  return pictures;
}

function without(bytes: Uint8Array, ranges: readonly Range[]): Buffer {
  const kept: Uint8Array[] = [];
  let at = 0;
  for (const [start, end] of ranges) {
    kept.push(bytes.subarray(at, start));
    at = end;
  }
  return Buffer.concat([...kept, bytes.subarray(at)]);
}

function evenly(bytes: Buffer): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}

function placesOf(pictures: readonly (readonly Uint8Array[])[]): { offset: number; length: number }[] {
  let offset = 0;
  return pictures.map((parts) => {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const place = { offset, length };
    offset += length + HEADER_BYTES * parts.length;
    return place;
  });
}

/** Offsets of the frames, where the file had any. */
function tableOf(old: Uint8Array, places: readonly { readonly offset: number }[]): Uint8Array {
  if (old.length === 0) return old;
  const bytes = Buffer.alloc(4 * places.length);
  places.forEach(({ offset }, i) => bytes.writeUInt32LE(offset, 4 * i));
  return bytes;
}

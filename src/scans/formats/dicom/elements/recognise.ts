/**
 * Recognises DICOM by content: files are called `IM0001`, `.img`, or end in the last number of their UID.
 *
 * Source: DICOM PS3.10 section 7 (preamble and prefix) and PS3.5 section 7 (data elements).
 * Old files, and data sets as they went over the network, have neither: they begin with an element of group 0002 or
 * 0008. Voxels may begin with the same two bytes, so that several elements must follow each other as the standard says.
 */
import { hasPreamble } from './file.js';

/** Number of well-formed elements in a row that is taken as proof. */
const ENOUGH = 3;

/** Value representations whose length takes four bytes, after two that are reserved: PS3.5 table 7.1-1. */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));

/** Binary values of the first groups: group lengths, lengths to the end, versions. */
const NUMBERS = new Set([0x0000, 0x0001]);

/** @param head the first bytes of a file, at least 132 for a sure answer */
export function isDicom(head: Uint8Array): boolean {
  return hasPreamble(head) || [true, false].some((little) => beginsWithElements(head, little));
}

function beginsWithElements(head: Uint8Array, little: boolean): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let [at, found, before] = [0, 0, -1];
  while (at + 12 <= head.length && found < ENOUGH) {
    const [group, element] = [view.getUint16(at, little), view.getUint16(at + 2, little)];
    const tag = group * 0x10000 + element;
    if (found === 0 && group !== 2 && group !== 8) return false;
    if (tag <= before || group > 0x20 || group % 2 === 1 || (group < 0x10 && element > 0x2300)) return false;
    const length = lengthAt(view, head, at, little);
    if (length === null) return false;
    const [header, bytes] = length;
    const value = head.subarray(at + header, at + header + bytes);
    if (!NUMBERS.has(element) && !isText(value)) return false;
    before = tag;
    found++;
    at += header + bytes;
  }
  return found >= ENOUGH;
}

/** Bytes of an element's header and of its value; null if they make no sense, or if a sequence begins. */
function lengthAt(
  view: DataView,
  head: Uint8Array,
  at: number,
  little: boolean,
): readonly [header: number, bytes: number] | null {
  const representation = String.fromCharCode(head[at + 4] as number, head[at + 5] as number);
  const sound = (header: number, bytes: number): readonly [number, number] | null =>
    bytes % 2 === 0 && bytes <= 0x4000 ? [header, bytes] : null;
  if (SHORT.has(representation)) return sound(8, view.getUint16(at + 6, little));
  if (LONG.has(representation)) return sound(12, view.getUint32(at + 8, little));
  // Implicit representations are little endian by definition.
  return little ? sound(8, view.getUint32(at + 4, true)) : null;
}

/** True for text: no control characters but line ends, escapes of character sets and the padding of UIDs. */
function isText(value: Uint8Array): boolean {
  return value.every((byte) => byte >= 0x20 || [0, 9, 10, 12, 13, 27].includes(byte));
}

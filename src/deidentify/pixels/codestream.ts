/**
 * Free text in compressed pixels: comments (COM) and application segments (APPn) of JPEG and JPEG-LS, comments of JPEG 2000,
 * and whatever follows the end of a picture. Segments that decoders need stay: JFIF and Adobe's without pictures in them,
 * and the colour transform of JPEG-LS.
 *
 * Sources: ITU-T T.81 annex B, T.87 annex C, T.800 annex A; JFIF 1.02; Adobe TN 5116.
 */
import { Refusal } from '../file/refusal.js';

/** Bytes `[start, end)` that go. */
export type Range = readonly [start: number, end: number];

/** True if `bytes` begin a JPEG, JPEG-LS or JPEG 2000 picture. */
export function beginsPicture(bytes: Uint8Array): boolean {
  return (
    (bytes[0] === 0xff && bytes[1] === 0xd8) || (bytes[0] === 0xff && bytes[1] === 0x4f && bytes[2] === 0xff)
  );
}

/** Ranges of free text. Throws `Refusal` where the markers cannot be followed. */
export function textRanges(bytes: Uint8Array): Range[] {
  return bytes[1] === 0xd8 ? jpegRanges(bytes) : jpeg2000Ranges(bytes);
}

function refuse(detail: string): never {
  throw new Refusal('codestream', detail);
}

/** Start and end of a segment's bytes, its marker included. */
function segmentAt(bytes: Uint8Array, at: number): Range {
  const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  if (length < 2 || at + 2 + length > bytes.length) refuse('a segment of compressed pixels is cut off');
  return [at, at + 2 + length];
}

const [EOI, SOS, COMMENT, JPEG_LS] = [0xd9, 0xda, 0xfe, 0xf7];

/** Frames, tables, scans, restart intervals; of the rest nobody says what it holds. */
function isJpegSegment(code: number): boolean {
  return (
    (code >= 0xc0 && code <= 0xcf) || (code >= 0xda && code <= 0xdf) || code === JPEG_LS || code === 0xf8
  );
}

function jpegRanges(bytes: Uint8Array): Range[] {
  const found: Range[] = [];
  let [at, isLs] = [2, false];
  while (at < bytes.length) {
    if (bytes[at] !== 0xff) refuse('compressed pixels hold bytes between their segments');
    const code = bytes[at + 1] ?? refuse('compressed pixels end within a marker');
    if (code === 0xff) {
      at++;
      continue;
    }
    if (code === EOI) return [...found, ...afterEnd(bytes, at + 2)];
    const segment = segmentAt(bytes, at);
    if (code === COMMENT || (code >= 0xe0 && code <= 0xef)) {
      if (!isNeeded(code, bytes.subarray(...segment))) found.push(segment);
    } else if (!isJpegSegment(code)) refuse('compressed pixels hold a segment of unknown kind');
    isLs ||= code === JPEG_LS;
    at = code === SOS ? entropyEnd(bytes, segment[1], isLs) : segment[1];
  }
  return found;
}

/** First byte after the entropy-coded data that begins at `at`: the next marker that is no restart. */
function entropyEnd(bytes: Uint8Array, start: number, isLs: boolean): number {
  for (let at = start; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1] as number;
    const isData = isLs ? next < 0x80 : next === 0;
    const isRestart = next >= 0xd0 && next <= 0xd7;
    if (!isData && !isRestart && next !== 0xff) return at;
  }
  return bytes.length;
}

/** Application segments of fixed content: nothing but numbers. */
function isNeeded(code: number, segment: Uint8Array): boolean {
  const name = Buffer.from(segment.subarray(4, 9)).toString('latin1');
  if (code === 0xe0)
    return name === 'JFIF\0' && segment.length === 18 && segment[16] === 0 && segment[17] === 0;
  if (code === 0xee) return name === 'Adobe' && segment.length === 16;
  return code === 0xe8 && name.startsWith('mrfx') && segment.length === 9;
}

/** What follows the end of a picture, unless it is padding. */
function afterEnd(bytes: Uint8Array, at: number): Range[] {
  const rest = bytes.subarray(at);
  return rest.every((byte) => byte === 0) || (rest.length === 1 && rest[0] === 0xff)
    ? []
    : [[at, bytes.length]];
}

const [SOT, SOD, COM, EOC] = [0x90, 0x93, 0x64, 0xd9];

/** SIZ, COD, COC, TLM, PLM, PLT, QCD, QCC, RGN, POC, PPM, PPT, CRG, CAP, PRF, CPF. */
const JPEG2000_SEGMENTS = new Set([
  0x51, 0x52, 0x53, 0x55, 0x57, 0x58, 0x5c, 0x5d, 0x5e, 0x5f, 0x60, 0x61, 0x63, 0x50, 0x56, 0x59,
]);

function jpeg2000Ranges(bytes: Uint8Array): Range[] {
  const found: Range[] = [];
  let at = 2;
  for (; bytes[at + 1] !== SOT;) {
    if (bytes[at] !== 0xff) refuse('compressed pixels hold bytes between their segments');
    const code = bytes[at + 1] ?? refuse('compressed pixels end within their header');
    const segment = segmentAt(bytes, at);
    if (code === COM) found.push(segment);
    else if (!JPEG2000_SEGMENTS.has(code)) refuse('compressed pixels hold a segment of unknown kind');
    at = segment[1];
  }
  while (bytes[at + 1] === SOT) at = tilePartEnd(bytes, at);
  if (at >= bytes.length) return found;
  if (bytes[at + 1] !== EOC) refuse('the parts of compressed pixels do not follow each other');
  return [...found, ...afterEnd(bytes, at + 2)];
}

/** Comments inside of a tile part would change its length, which others refer to: they are refused. */
function tilePartEnd(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (start + 12 > bytes.length) refuse('compressed pixels end within a tile');
  const length = view.getUint32(start + 6);
  const end = length === 0 ? endOfLast(bytes) : start + length;
  if (end > bytes.length || end <= start) refuse('a tile reaches beyond its picture');
  let at = segmentAt(bytes, start)[1];
  while (bytes[at + 1] !== SOD) {
    const code = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || !JPEG2000_SEGMENTS.has(code))
      refuse('a tile holds a comment or an unknown segment');
    at = segmentAt(bytes, at)[1];
  }
  return end;
}

/** A last tile part without a length ends before the end of the picture. */
function endOfLast(bytes: Uint8Array): number {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(Buffer.from([0xff, EOC]));
  return end === -1 ? bytes.length : end;
}

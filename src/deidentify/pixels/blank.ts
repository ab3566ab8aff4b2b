/**
 * Blanks pixels of a frame, all others stay bit for bit: black where black is known, else the darkest value that occurs.
 */
import type { DecodedFrame } from '../../scans/formats/dicom/decoders/codec.js';
import { isPaired, type Picture } from '../../scans/formats/dicom/pixels/picture.js';

/**
 * @param blanked `[rows, columns]`, 1 where a pixel is blanked
 * @param big true if samples of two bytes begin with the greater one
 * @returns a copy of the frame's bytes
 */
export function blankedBytes(
  frame: DecodedFrame,
  picture: Picture,
  blanked: Uint8Array,
  big: boolean,
): Buffer {
  const bytes = Buffer.from(frame.bytes);
  const { photometric } = picture;
  const isYbr = photometric.startsWith('YBR') && !frame.rgb;
  if (picture.samples === 3) {
    const packed = isYbr && isPaired(photometric) && bytes.length === 2 * blanked.length;
    if (packed) blankPairs(bytes, blanked);
    else blankColours(bytes, blanked, frame.planar, isYbr);
    return bytes;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const get = (i: number): number => (frame.width === 1 ? view.getUint8(i) : view.getUint16(2 * i, !big));
  const value = darkest(blanked.length, get, picture);
  for (let i = 0; i < blanked.length; i++)
    if (blanked[i] === 1) {
      if (frame.width === 1) view.setUint8(i, value);
      else view.setUint16(2 * i, value, !big);
    }
  return bytes;
}

function blankColours(bytes: Buffer, blanked: Uint8Array, planar: boolean, isYbr: boolean): void {
  const [step, next] = planar ? [1, blanked.length] : [3, 1];
  for (let i = 0; i < blanked.length; i++)
    if (blanked[i] === 1) for (let c = 0; c < 3; c++) bytes[i * step + c * next] = isYbr && c > 0 ? 128 : 0;
}

/** Y Y Cb Cr: a pair's chroma goes with either of its pixels, and so does the other pixel. */
function blankPairs(bytes: Buffer, blanked: Uint8Array): void {
  for (let pair = 0; 2 * pair < blanked.length; pair++)
    if (blanked[2 * pair] === 1 || blanked[2 * pair + 1] === 1) bytes.set([0, 0, 128, 128], 4 * pair);
}

/** The stored value that looks darkest: 0 for bytes, else the least that occurs; the greatest where greater is darker. */
function darkest(count: number, get: (i: number) => number, picture: Picture): number {
  const { photometric, bitsStored, signed, bitsAllocated } = picture;
  const inverted = photometric === 'MONOCHROME1';
  if (!signed && bitsAllocated === 8 && photometric !== 'PALETTE COLOR')
    return inverted ? 2 ** bitsStored - 1 : 0;
  const unused = 32 - bitsStored;
  const meaning = (stored: number): number =>
    signed ? (stored << unused) >> unused : (stored << unused) >>> unused;
  let best = get(0);
  for (let i = 1; i < count; i++) {
    const stored = get(i);
    const isDarker = inverted ? meaning(stored) > meaning(best) : meaning(stored) < meaning(best);
    if (isDarker) best = stored;
  }
  return best;
}

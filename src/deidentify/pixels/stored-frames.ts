/**
 * Frames of a file that was read, decoded but not yet changed: their samples as they are stored, and how they look.
 *
 * Sources: DICOM PS3.3 C.7.6.3 (image pixel), C.7.6.3.1.5 (palettes), C.11.2 (window).
 */
import type { Look } from '../burned-in/look.js';
import { PIXELS } from '../elements/element.js';
import { elementAt, numberAt, textAt, valueAt, type DataSet } from '../file/data-set.js';
import type { StoredFile } from '../file/part10.js';
import { Refusal } from '../file/refusal.js';
import type { DecodedFrame } from '../../scans/formats/dicom/decoders/codec.js';
import { codecs } from '../../scans/formats/dicom/decoders/codecs.js';
import { frameBytes, isPaired, type Picture } from '../../scans/formats/dicom/pixels/picture.js';
import { picturesOf } from './fragments.js';
import { paletteOf, type Palette } from './palette.js';

export interface StoredFrames {
  readonly picture: Picture;
  /** True if the pixels stand in fragments. */
  readonly encapsulated: boolean;
  /** Samples of a frame as they are stored. */
  readonly samples: (index: number) => Promise<DecodedFrame>;
  readonly look: (frame: DecodedFrame) => Look;
}

const FLOAT_PIXELS = [0x7fe00008, 0x7fe00009] as const;

/** True if all pixels of a file, if it has any, can be searched for text. */
export function isSearchable(file: StoredFile): boolean {
  if (FLOAT_PIXELS.some((tag) => elementAt(file, tag) !== undefined)) return false;
  return elementAt(file, PIXELS) === undefined || [8, 16].includes(numberAt(file, 0x00280100) ?? 0);
}

/** Returns null where there are no pixels, or none that could hold text: bits of masks, floats of maps. */
export function storedFrames(file: StoredFile): StoredFrames | null {
  const element = elementAt(file, PIXELS);
  const picture = pictureIn(file);
  if (element === undefined || ![8, 16].includes(picture.bitsAllocated)) return null;
  if (![1, 3].includes(picture.samples)) throw new Refusal('pixels', 'colours of more than three samples');
  const { bytes } = file;
  const fragments = element.fragments?.slice(1).map(({ start, end }) => bytes.subarray(start, end));
  const codec = codecs[file.syntax];
  if (codec === undefined) throw new Refusal('other-syntax');
  const frames = fragments === undefined ? null : framesOf(fragments, picture.frames);
  const native = inWords(file, bytes.subarray(element.valueStart, element.valueEnd));
  const size = frameBytes(picture);
  if (frames === null && native.length < size * picture.frames) throw new Refusal('pixels');
  const bytesOf = (index: number): Uint8Array =>
    frames === null ? native.subarray(index * size, (index + 1) * size) : (frames[index] as Uint8Array);
  const palette = picture.photometric === 'PALETTE COLOR' ? paletteOf(file) : null;
  const big = file.encoding.big;
  return {
    picture,
    encapsulated: frames !== null,
    samples: async (index) => {
      try {
        return await codec(bytesOf(index), picture);
      } catch (cause) {
        throw new Refusal('pixels', 'compressed pixels that cannot be decoded', { cause });
      }
    },
    look: (frame) => lookOf(frame, picture, { palette, big: big && picture.bitsAllocated === 16 }),
  };
}

/** Native pixels of 8 bits in big-endian words, swapped; others as they are (PS3.5 section 8.1). */
export function inWords<T extends Uint8Array>(file: StoredFile, bytes: T): T | Buffer {
  const isSwapped =
    file.encoding.big && elementAt(file, PIXELS)?.stated === 'OW' && (numberAt(file, 0x00280100) ?? 0) === 8;
  return isSwapped && bytes.length % 2 === 0 ? Buffer.from(bytes).swap16() : bytes;
}

function framesOf(fragments: readonly Uint8Array[], count: number): Uint8Array[] {
  const frames =
    fragments.length === count
      ? [...fragments]
      : picturesOf(fragments).map((parts) => new Uint8Array(Buffer.concat(parts)));
  if (frames.length !== count) throw new Refusal('pixels', 'more or fewer pictures than frames are stated');
  return frames;
}

function pictureIn(file: DataSet): Picture {
  const of = (tag: number): number => numberAt(file, tag) ?? 0;
  const [rows, columns, bitsAllocated] = [of(0x00280010), of(0x00280011), of(0x00280100)];
  const frames = textAt(file, 0x00280008) === '' ? 1 : Number(textAt(file, 0x00280008));
  if (rows * columns === 0 || !(Number.isInteger(frames) && frames > 0))
    throw new Refusal('pixels', 'no size of its pictures is stated');
  return {
    rows,
    columns,
    frames,
    samples: (of(0x00280002) || 1) as Picture['samples'],
    photometric: textAt(file, 0x00280004).toUpperCase(),
    planar: of(0x00280006) === 1,
    bitsAllocated: bitsAllocated as Picture['bitsAllocated'],
    bitsStored: of(0x00280101) || bitsAllocated,
    highBit: of(0x00280102) || bitsAllocated - 1,
    signed: of(0x00280103) === 1,
    float: valueAt(file, 0x7fe00008) !== undefined,
  };
}

interface Colours {
  readonly palette: Palette | null;
  /** True if samples of two bytes begin with the greater one. */
  readonly big: boolean;
}

function lookOf(frame: DecodedFrame, picture: Picture, { palette, big }: Colours): Look {
  const { rows, columns, photometric } = picture;
  const pixels = rows * columns;
  const sample = samplesIn(frame, picture, big);
  const data = new Uint8Array(3 * pixels);
  const put = (i: number, red: number, green: number, blue: number): void => {
    data[3 * i] = red;
    data[3 * i + 1] = green;
    data[3 * i + 2] = blue;
  };
  const colours = picture.samples === 3 && !(photometric.startsWith('YBR') && !frame.rgb);
  if (palette !== null) for (let i = 0; i < pixels; i++) put(i, ...palette(sample(i)));
  else if (colours) {
    const [step, next] = frame.planar ? [1, pixels] : [3, 1];
    for (let i = 0; i < pixels; i++)
      put(i, sample(i * step), sample(i * step + next), sample(i * step + 2 * next));
  } else {
    const packed = isPaired(photometric) && frame.bytes.length === 2 * pixels;
    const at = lumaPlace(picture.samples === 3, packed, frame.planar);
    const grey = greyOf(pixels, (i) => sample(at(i)), picture);
    for (let i = 0; i < pixels; i++) put(i, grey[i] as number, grey[i] as number, grey[i] as number);
  }
  return { rows, columns, data };
}

/** Where luma stands: Y Y Cb Cr, Y Cb Cr, or in a plane of its own. */
function lumaPlace(isColour: boolean, packed: boolean, planar: boolean): (i: number) => number {
  if (!isColour) return (i) => i;
  if (packed) return (i) => 4 * (i >> 1) + (i & 1);
  return planar ? (i) => i : (i) => 3 * i;
}

function samplesIn(
  { bytes, width }: DecodedFrame,
  { bitsStored, signed }: Picture,
  big: boolean,
): (i: number) => number {
  if (width === 1) return (i) => bytes[i] as number;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const unused = 32 - Math.min(bitsStored, 16);
  return signed
    ? (i) => (view.getUint16(2 * i, !big) << unused) >> unused
    : (i) => (view.getUint16(2 * i, !big) << unused) >>> unused;
}

/** Eight bits of each pixel: as they are, or all that occurs from black to white. */
function greyOf(count: number, value: (i: number) => number, picture: Picture): Uint8Array {
  const inverted = picture.photometric === 'MONOCHROME1';
  let [low, high] = [0, 255];
  if (picture.bitsAllocated > 8 || picture.signed) {
    [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      const one = value(i);
      if (one < low) low = one;
      if (one > high) high = one;
    }
  }
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from({ length: count }, (_, i) => {
    const level = Math.round((value(i) - low) * scale);
    return inverted ? 255 - level : level;
  });
}

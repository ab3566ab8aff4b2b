/**
 * Pixels of a DICOM file, frame by frame, one number per pixel: the stored value, or luma for colours.
 */
import type { Element } from 'dicom-parser';
import { UserError, messageOf } from '../../../../core/errors.js';
import { luma, numbersOf, type NumberType } from '../../numbers.js';
import { unpackBits } from '../decoders/bits.js';
import { decodeClip } from '../decoders/clip.js';
import { NotRead, type DecodedFrame } from '../decoders/codec.js';
import { codecs, isBigEndian, isJpeg, isVideo } from '../decoders/codecs.js';
import type { DicomFile } from '../elements/file.js';
import { encapsulated, joined } from '../elements/fragments.js';
import { paletteOf } from './palette.js';
import { FLOAT_PIXEL_DATA, PIXEL_DATA, frameBytes, isPaired, type Picture } from './picture.js';

export type Pixels =
  Int32Array | Int16Array | Uint8Array | Uint16Array | Uint32Array | Int8Array | Float32Array | Float64Array;

/** Returns a function that decodes frame `index` to `[rows, columns]`. */
export function frameReader(file: DicomFile, picture: Picture): (index: number) => Promise<Pixels> {
  const refuse = (problem: string, fix = 'copy it again from its source'): never => {
    throw new UserError({ subject: file.path, problem, fix });
  };
  const tag = (picture.float ? FLOAT_PIXEL_DATA[picture.bitsAllocated] : undefined) ?? PIXEL_DATA;
  const element = file.data.elements[tag] ?? refuse('holds no pixels', 'remove it');
  if (isVideo(file.syntax)) return clipReader(file, element, picture);
  const codec =
    codecs[file.syntax] ??
    refuse(`the transfer syntax ${file.syntax} is not read`, 'convert it to Explicit VR Little Endian');
  const bytesOf =
    element.encapsulatedPixelData === true
      ? encapsulated(file, element, picture)
      : native(file, element, picture);
  const colours = coloursOf(file, picture);
  return async (index) => {
    try {
      const decoded = await codec(bytesOf(index), picture);
      return colours(decoded, samplesOf(decoded, picture, file.syntax));
    } catch (cause) {
      if (cause instanceof UserError) throw cause;
      throw new UserError(
        {
          subject: file.path,
          problem: `frame ${index + 1} of ${picture.frames} can not be decoded (${messageOf(cause)})`,
          fix:
            cause instanceof NotRead
              ? 'convert it to Explicit VR Little Endian'
              : 'copy it again from its source',
        },
        { cause },
      );
    }
  };
}

/** Decodes a clip once, when its first frame is requested. */
function clipReader(
  { path, data }: DicomFile,
  element: Element,
  picture: Picture,
): (index: number) => Promise<Pixels> {
  let clip: Promise<Uint8Array> | undefined;
  const size = picture.rows * picture.columns;
  return async (index) => {
    const fragments = element.fragments ?? [];
    if (fragments.length === 0)
      throw new UserError({ subject: path, problem: 'holds no video', fix: 'remove it' });
    clip ??= decodeClip(path, joined(data.byteArray, fragments), picture);
    return (await clip).subarray(index * size, (index + 1) * size);
  };
}

function native(file: DicomFile, element: Element, picture: Picture): (index: number) => Uint8Array {
  const { rows, columns, frames, samples, bitsAllocated, photometric } = picture;
  const bytes = frameBytes(picture);
  const expected = Math.ceil(bytes * frames);
  const found = Math.min(element.length, file.data.byteArray.length - element.dataOffset);
  const whole = (rows * columns * frames * samples * bitsAllocated) / 8;
  if (expected < whole && found >= whole) {
    throw new UserError({
      subject: file.path,
      problem: `holds ${found} bytes of pixels where ${photometric} needs ${expected}`,
      fix: 'correct its Photometric Interpretation',
    });
  }
  if (found < expected || found >= expected + Math.max(2, bytes)) {
    throw new UserError({
      subject: file.path,
      problem: `${found < expected ? 'truncated: ' : ''}its header declares ${frames} frames, ${expected} bytes of pixels; ${found} are there`,
      fix: 'copy it again from its source',
    });
  }
  const data = inOrder(file, element, bitsAllocated, found);
  if (bitsAllocated === 1) return (index) => unpackBits(data, index * rows * columns, rows * columns);
  return (index) => data.subarray(index * bytes, (index + 1) * bytes);
}

/** Bytes of native pixels; big-endian words of samples of at most 8 bits are swapped (PS3.5 section 8.1). */
function inOrder(
  { data, syntax }: DicomFile,
  element: Element,
  bitsAllocated: number,
  count: number,
): Uint8Array {
  const bytes = data.byteArray.subarray(element.dataOffset, element.dataOffset + count);
  if (!isBigEndian(syntax) || element.vr !== 'OW' || bitsAllocated > 8 || count % 2 !== 0) return bytes;
  return new Uint8Array(Buffer.from(bytes).swap16());
}

type ByWidth = Readonly<Record<number, NumberType>>;
const UNSIGNED: ByWidth = { 1: 'uint8', 2: 'uint16', 4: 'uint32' };
const SIGNED: ByWidth = { 1: 'int8', 2: 'int16', 4: 'int32' };
const FLOATS: ByWidth = { 4: 'float32', 8: 'float64' };

/** Samples as numbers: the stored bits out of the allocated ones, with their sign. */
function samplesOf({ bytes, width }: DecodedFrame, picture: Picture, syntax: string): Pixels {
  const { bitsStored, signed, float } = picture;
  const big = isBigEndian(syntax);
  const type = float ? FLOATS[width] : signed ? SIGNED[width] : UNSIGNED[width];
  if (type === undefined) throw new Error(`samples of ${width} bytes are not read`);
  // A copy, since the bits are masked in place and the file may be read again.
  const samples = numbersOf(bytes.slice(), type, !big, 0, Math.floor(bytes.length / width)) as Pixels;
  if (!float && bitsStored < 8 * width) {
    // Formats that compress samples rather than words hold the stored bits alone.
    const above = 31 - (isJpeg(syntax) ? bitsStored - 1 : picture.highBit);
    const unused = 32 - bitsStored;
    // Shifting left and back drops what other planes, such as overlays, keep in the bits above and below.
    if (signed)
      for (let i = 0; i < samples.length; i++) samples[i] = ((samples[i] as number) << above) >> unused;
    else for (let i = 0; i < samples.length; i++) samples[i] = ((samples[i] as number) << above) >>> unused;
  }
  return samples;
}

/** Returns the mapping from samples to one number per pixel. */
function coloursOf(file: DicomFile, picture: Picture): (decoded: DecodedFrame, samples: Pixels) => Pixels {
  const { rows, columns, photometric } = picture;
  const pixels = rows * columns;
  const colours = photometric === 'PALETTE COLOR' ? paletteOf(file) : null;
  return ({ planar, rgb }, samples) => {
    const ybr = photometric.startsWith('YBR') && !rgb;
    const packed = ybr && isPaired(photometric) && samples.length === 2 * pixels;
    const expected = packed ? samples.length : pixels * picture.samples;
    if (samples.length < expected) throw new Error(`${samples.length} of ${expected} samples`);
    if (colours !== null) return Float32Array.from(samples.subarray(0, pixels), colours);
    if (picture.samples === 1 || (ybr && planar)) return samples.subarray(0, pixels);
    // Luma is Y itself; in 4:2:2, which stores Y Y Cb Cr, it is two of every four bytes.
    if (packed) return samples.filter((_, i) => i % 4 < 2);
    if (ybr) return samples.filter((_, i) => i % 3 === 0).subarray(0, pixels);
    return lumasOf(samples, pixels, planar);
  };
}

/** Luma of red, green and blue, as numbers of the same type. */
function lumasOf(samples: Pixels, pixels: number, planar: boolean): Pixels {
  const [step, next] = planar ? [1, pixels] : [3, 1];
  const out = samples.slice(0, pixels);
  for (let i = 0, at = 0; i < pixels; i++, at += step) {
    const [red, green, blue] = [samples[at], samples[at + next], samples[at + 2 * next]];
    out[i] = Math.round(luma(red as number, green as number, blue as number));
  }
  return out;
}

/**
 * The pixels of a DICOM file, frame by frame, as one number each: as stored, and colours as luma.
 */
import type { Element } from 'dicom-parser';
import { UserError, messageOf } from '../../../core/errors.js';
import { NUMBER_TYPES, lumaOf, numbersOf, type NumberType } from '../numbers.js';
import { unpackBits } from './bits.js';
import { decodeClip } from './clip.js';
import { NotRead, type DecodedFrame } from './codec.js';
import { codecs, isBigEndian, isVideo } from './codecs.js';
import type { DicomFile } from './file.js';
import { encapsulated, joined } from './fragments.js';
import { FLOAT_PIXEL_DATA, PIXEL_DATA, frameBytes, type Picture } from './picture.js';

export type Pixels =
  Int32Array | Int16Array | Uint8Array | Uint16Array | Uint32Array | Int8Array | Float32Array | Float64Array;

/** A function that decodes frame `index` to `[rows, columns]`. */
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
      return colours(decoded, samplesOf(decoded, picture, isBigEndian(file.syntax)));
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

/** A clip is decoded once, when its first frame is asked for. */
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

function native(
  { path, data }: DicomFile,
  element: Element,
  picture: Picture,
): (index: number) => Uint8Array {
  const bytes = frameBytes(picture);
  const expected = Math.ceil(bytes * picture.frames);
  const found = Math.min(element.length, data.byteArray.length - element.dataOffset);
  if (found < expected || found >= expected + Math.max(2, bytes)) {
    throw new UserError({
      subject: path,
      problem: `${found < expected ? 'truncated: ' : ''}its header declares ${picture.frames} frames, ${expected} bytes of pixels; ${found} are there`,
      fix: 'copy it again from its source',
    });
  }
  if (picture.bitsAllocated === 1) {
    const packed = data.byteArray.subarray(element.dataOffset, element.dataOffset + found);
    const pixels = picture.rows * picture.columns;
    return (index) => unpackBits(packed, index * pixels, pixels);
  }
  return (index) => {
    const start = element.dataOffset + index * bytes;
    return data.byteArray.subarray(start, start + bytes);
  };
}

type ByWidth = Readonly<Record<number, NumberType>>;
const UNSIGNED: ByWidth = { 1: 'uint8', 2: 'uint16', 4: 'uint32' };
const SIGNED: ByWidth = { 1: 'int8', 2: 'int16', 4: 'int32' };
const FLOATS: ByWidth = { 4: 'float32', 8: 'float64' };

/** Samples as numbers: the stored bits of what is allocated, with their sign. */
function samplesOf({ bytes, width }: DecodedFrame, picture: Picture, big: boolean): Pixels {
  const { bitsStored, signed, float } = picture;
  const type = float ? FLOATS[width] : signed ? SIGNED[width] : UNSIGNED[width];
  if (type === undefined) throw new Error(`samples of ${width} bytes are not read`);
  // A copy, since the bits are masked in place and the file may be read again.
  const samples = numbersOf(bytes.slice(), type, !big, 0, Math.floor(bytes.length / width)) as Pixels;
  const unused = 32 - bitsStored;
  if (!float && bitsStored < 8 * width) {
    // Shifting left and back drops what other planes, such as overlays, keep in the unused bits.
    if (signed)
      for (let i = 0; i < samples.length; i++) samples[i] = ((samples[i] as number) << unused) >> unused;
    else for (let i = 0; i < samples.length; i++) samples[i] = ((samples[i] as number) << unused) >>> unused;
  }
  return samples;
}

/** From samples to one number per pixel. */
function coloursOf(file: DicomFile, picture: Picture): (decoded: DecodedFrame, samples: Pixels) => Pixels {
  const { rows, columns, photometric } = picture;
  const pixels = rows * columns;
  const checked = (values: Pixels): Pixels => {
    if (values.length < pixels) throw new Error(`${values.length} of ${pixels} pixels`);
    return values.subarray(0, pixels);
  };
  if (photometric === 'PALETTE COLOR') {
    const lumas = paletteOf(file);
    return (_, samples) => Float32Array.from(checked(samples), (entry) => lumas(entry));
  }
  if (picture.samples === 1) return (_, samples) => checked(samples);
  return ({ planar, rgb }, samples) => {
    const ybr = photometric.startsWith('YBR') && !rgb;
    const packed = ybr && photometric === 'YBR_FULL_422' && samples.length === 2 * pixels;
    // Luma is Y itself; in 4:2:2, which stores Y Y Cb Cr, it is two of every four bytes.
    if (packed) return samples.filter((_, i) => i % 4 < 2);
    if (ybr) return planar ? checked(samples) : samples.filter((_, i) => i % 3 === 0);
    return rounded(lumaOf(planar ? interleaved(samples, pixels) : samples, 3), samples);
  };
}

function interleaved(planes: Pixels, pixels: number): Pixels {
  return planes.map((_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)] as number);
}

/** Whole numbers of the same type as `like`. */
function rounded(values: Float32Array, like: Pixels): Pixels {
  const out = like.slice(0, values.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.round(values[i] as number);
  return out;
}

/** From an entry of the palette to its luma. */
function paletteOf({ path, data }: DicomFile): (entry: number) => number {
  const tables = ['1', '2', '3'].map((colour) => {
    const [count, first, bits] = [0, 1, 2].map((i) => data.uint16(`x0028110${colour}`, i));
    const element = data.elements[`x0028120${colour}`];
    const size = count === 0 ? 65536 : count;
    if (
      size === undefined ||
      first === undefined ||
      element === undefined ||
      element.length < size * (bits === 8 ? 1 : 2)
    )
      throw new UserError({
        subject: path,
        problem: 'its palette is missing or incomplete',
        fix: 'convert it to RGB or grey',
      });
    const bytes = data.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
    const wide = element.length >= 2 * size;
    const values = wide ? new NUMBER_TYPES.uint16(bytes.slice().buffer, 0, size) : bytes;
    return { first, values };
  });
  return (entry) => {
    const [red = 0, green = 0, blue = 0] = tables.map(
      ({ first, values }) => values[Math.min(Math.max(entry - first, 0), values.length - 1)] ?? 0,
    );
    return lumaOf([red, green, blue], 3)[0] as number;
  };
}

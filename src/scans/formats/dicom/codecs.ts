/**
 * Decoders of compressed pixel data, by transfer syntax: a table from UID to who decodes it.
 *
 * The decoders are the OHIF project's WebAssembly builds of libjpeg-turbo, CharLS, OpenJPEG and OpenJPH, and
 * jpeg-lossless-decoder-js; JPEG of 12 bits is decoded here. They come in their packages; nothing is fetched. Each is loaded when first needed, and
 * anew after a failure, since a WebAssembly module that threw may be in any state.
 */
import { createRequire } from 'node:module';
import { inflateRawSync } from 'node:zlib';
import { LARGEST_BYTES } from '../bytes.js';
import { unpackBits } from './bits.js';
import { hasEnd, jpeg2000Size, jpegSize, type CodestreamSize } from './codestream.js';
import { decodeJpegExtended } from './jpeg-extended.js';
import type { Picture } from './picture.js';
import { decodeRle } from './rle.js';

export interface DecodedFrame {
  /** Little-endian samples of `width` bytes. */
  readonly bytes: Uint8Array;
  readonly width: 1 | 2 | 4 | 8;
  readonly planar: boolean;
  /** Where the decoder turned YBR into RGB. */
  readonly rgb: boolean;
}

export type Codec = (frame: Uint8Array, picture: Picture) => Promise<DecodedFrame>;

/** What the WebAssembly decoders share. */
interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
  getInterleaveMode?(): number;
  delete(): void;
}

type Module = Readonly<Record<string, new () => Decoder>>;
type Factory = (options: { print: () => void; printErr: () => void }) => Promise<Module>;

const require = createRequire(import.meta.url);

const widthOf = ({ bitsAllocated }: Picture): DecodedFrame['width'] =>
  Math.max(1, bitsAllocated / 8) as DecodedFrame['width'];

const uncompressed: Codec = (bytes, picture) =>
  Promise.resolve({ bytes, width: widthOf(picture), planar: picture.planar, rgb: false });

const rle: Codec = (frame, picture) => {
  const { rows, columns, samples, bitsAllocated } = picture;
  const [pixels, width] = [rows * columns, widthOf(picture)];
  const bytes =
    bitsAllocated === 1
      ? unpackBits(decodeRle(frame, Math.ceil(pixels / 8), 1, 1), 0, pixels)
      : decodeRle(frame, pixels, samples, width);
  return Promise.resolve({ bytes, width, planar: true, rgb: false });
};

/** Each frame deflated on its own (PS3.5 A.4.13). */
const deflatedFrame: Codec = (frame, picture) => {
  const { rows, columns, bitsAllocated } = picture;
  const bytes = inflateRawSync(frame, { maxOutputLength: LARGEST_BYTES });
  return uncompressed(bitsAllocated === 1 ? unpackBits(bytes, 0, rows * columns) : bytes, picture);
};

/** A codec that runs the class `name` of the WebAssembly module `file`. */
function compiled(
  file: string,
  name: string,
  sizeOf: (bytes: Uint8Array) => CodestreamSize | null,
  convertsToRgb: (picture: Picture) => boolean,
): Codec {
  let loaded: Promise<Module> | undefined;
  return async (frame, picture) => {
    checkSize(sizeOf(frame), picture);
    loaded ??= load(file);
    try {
      const Class = (await loaded)[name];
      if (Class === undefined) throw new Error(`${file} has no ${name}`);
      const decoder = new Class();
      decoder.getEncodedBuffer(frame.length).set(frame);
      decoder.decode();
      const { bitsPerSample, componentCount, width, height } = decoder.getFrameInfo();
      checkSize({ columns: width, rows: height, samples: componentCount, bits: bitsPerSample }, picture);
      // A copy, since the decoder's memory is used again.
      const bytes = decoder.getDecodedBuffer().slice();
      const planar = componentCount > 1 && decoder.getInterleaveMode?.() === 0;
      decoder.delete();
      return { bytes, width: bitsPerSample > 8 ? 2 : 1, planar, rgb: convertsToRgb(picture) };
    } catch (thrown) {
      loaded = undefined;
      // Emscripten throws the address of a C++ exception.
      throw typeof thrown === 'number' ? new Error('the decoder gives up', { cause: thrown }) : thrown;
    }
  };
}

/** The options become the module, so each gets its own. */
function load(file: string): Promise<Module> {
  return (require(file) as Factory)({ print: () => undefined, printErr: () => undefined });
}

interface LosslessModule {
  readonly Decoder: new () => {
    decompress(buffer: ArrayBuffer, offset: number, length: number): ArrayBuffer;
  };
}

/** The decoder of 8 bits, or of 12. */
const jpegExtended: Codec = (frame, picture) => {
  const size = jpegSize(frame);
  if (size === null || size.bits <= 8) return jpeg(frame, picture);
  checkSize(size, picture);
  const samples = decodeJpegExtended(frame);
  return Promise.resolve({ bytes: new Uint8Array(samples.buffer), width: 2, planar: false, rgb: false });
};

const jpegLossless: Codec = (frame, picture) => {
  const size = jpegSize(frame);
  checkSize(size, picture);
  const { Decoder } = require('jpeg-lossless-decoder-js') as LosslessModule;
  // A copy, since a decoder that runs past the frame must not find the next one.
  const input = frame.slice();
  const bytes = new Uint8Array(new Decoder().decompress(input.buffer, 0, input.length));
  return Promise.resolve({ bytes, width: (size?.bits ?? 8) > 8 ? 2 : 1, planar: false, rgb: false });
};

function checkSize(size: CodestreamSize | null, picture: Picture): void {
  if (size === null) throw new Error('its compressed frames have no header');
  const { columns, rows, samples } = size;
  if (columns !== picture.columns || rows !== picture.rows || samples !== picture.samples) {
    throw new Error(
      `its compressed frames are ${columns} × ${rows} × ${samples}, its header says ${picture.columns} × ${picture.rows} × ${picture.samples}`,
    );
  }
}

const isYbr = ({ photometric }: Picture): boolean => photometric.startsWith('YBR');
const jpeg = compiled(
  '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
  'JPEGDecoder',
  jpegSize,
  () => true,
);
const charls = compiled('@cornerstonejs/codec-charls/decodewasmjs', 'JpegLSDecoder', jpegSize, () => false);
const jpegLs: Codec = (frame, picture) => {
  // CharLS counts to 2³² where a scan has no end.
  if (!hasEnd(frame)) return Promise.reject(new Error('it has no end'));
  return charls(frame, picture);
};
const jpeg2000 = compiled(
  '@cornerstonejs/codec-openjpeg/decodewasmjs',
  'J2KDecoder',
  jpeg2000Size,
  (picture) => isYbr(picture) && picture.photometric !== 'YBR_FULL',
);
const htj2k = compiled(
  '@cornerstonejs/codec-openjph',
  'HTJ2KDecoder',
  jpeg2000Size,
  (picture) => isYbr(picture) && picture.photometric !== 'YBR_FULL',
);

const base = '1.2.840.10008.1.2';

/** Transfer syntaxes (DICOM PS3.6 annex A) and their codecs. */
export const codecs: Readonly<Record<string, Codec>> = {
  [base]: uncompressed,
  [`${base}.1`]: uncompressed,
  [`${base}.1.99`]: uncompressed,
  [`${base}.2`]: uncompressed,
  [`${base}.5`]: rle,
  [`${base}.8.1`]: deflatedFrame,
  [`${base}.4.50`]: jpeg,
  [`${base}.4.51`]: jpegExtended,
  [`${base}.4.57`]: jpegLossless,
  [`${base}.4.70`]: jpegLossless,
  [`${base}.4.80`]: jpegLs,
  [`${base}.4.81`]: jpegLs,
  [`${base}.4.90`]: jpeg2000,
  [`${base}.4.91`]: jpeg2000,
  [`${base}.4.201`]: htj2k,
  [`${base}.4.202`]: htj2k,
  [`${base}.4.203`]: htj2k,
};

/** Whole videos in place of frames (MPEG-2, H.264, HEVC), which `clip.ts` hands to ffmpeg. */
export const isVideo = (syntax: string): boolean => /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/.test(syntax);

/** Samples in big-endian order, in which only uncompressed files are. */
export const isBigEndian = (syntax: string): boolean => syntax === `${base}.2`;

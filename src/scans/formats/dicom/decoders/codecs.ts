/**
 * Table of decoders of pixel data by UID of the transfer syntax.
 *
 * Frames of JPEG's standards are decoded as what they are, whichever of these the transfer syntax names (`codec-jpeg.ts`,
 * `codec-jpeg2000.ts`).
 */
import { inflateRawSync } from 'node:zlib';
import { LARGEST_BYTES } from '../../bytes.js';
import { unpackBits } from './bits.js';
import type { Codec, DecodedFrame } from './codec.js';
import { jpeg } from './codec-jpeg.js';
import { jpeg2000 } from './codec-jpeg2000.js';
import type { Picture } from '../pixels/picture.js';
import { decodeRle } from './rle.js';

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

/** JPEG and JPEG-LS begin with FF D8, JPEG 2000 does not. */
const anyJpeg: Codec = (frame, picture) =>
  frame[0] === 0xff && frame[1] === 0xd8 ? jpeg(frame, picture) : jpeg2000(frame, picture);

const base = '1.2.840.10008.1.2';

/** JPEG's other processes had syntaxes of their own once, from 52 to 66. */
const retired = Array.from({ length: 15 }, (_, i) => [`${base}.4.${52 + i}`, anyJpeg] as const);

/** Transfer syntaxes (DICOM PS3.6 annex A) and their codecs. */
export const codecs: Readonly<Record<string, Codec>> = {
  ...Object.fromEntries(retired),
  [base]: uncompressed,
  [`${base}.1`]: uncompressed,
  [`${base}.1.99`]: uncompressed,
  [`${base}.2`]: uncompressed,
  [`${base}.5`]: rle,
  [`${base}.8.1`]: deflatedFrame,
  [`${base}.4.50`]: anyJpeg,
  [`${base}.4.51`]: anyJpeg,
  [`${base}.4.57`]: anyJpeg,
  [`${base}.4.70`]: anyJpeg,
  [`${base}.4.80`]: anyJpeg,
  [`${base}.4.81`]: anyJpeg,
  [`${base}.4.90`]: anyJpeg,
  [`${base}.4.91`]: anyJpeg,
  [`${base}.4.201`]: anyJpeg,
  [`${base}.4.202`]: anyJpeg,
  [`${base}.4.203`]: anyJpeg,
};

/** Whole videos in place of frames (MPEG-2, H.264, HEVC), which `clip.ts` hands to FFmpeg. */
export const isVideo = (syntax: string): boolean => /^1\.2\.840\.10008\.1\.2\.4\.10[0-8](\.1)?$/.test(syntax);

/** Compressed by one of JPEG's standards. */
export const isJpeg = (syntax: string): boolean => syntax.startsWith('1.2.840.10008.1.2.4.');

/** Samples in big-endian order, in which only uncompressed files are. */
export const isBigEndian = (syntax: string): boolean => syntax === `${base}.2`;

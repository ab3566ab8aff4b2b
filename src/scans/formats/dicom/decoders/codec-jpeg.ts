/**
 * JPEG and JPEG-LS. A frame is decoded as what its own header says it is, whatever the transfer syntax says: libjpeg-turbo
 * for 8 bits and CharLS for JPEG-LS (the OHIF project's WebAssembly builds), and this project's decoders of 12 bits and
 * of the lossless process.
 *
 * Sources: DICOM PS3.5 section 8.2.1 and 8.2.3, PS3.3 C.7.6.3.1.2 (Photometric Interpretation).
 */
import { NotRead, checkSign, checkSize, compiled, type Codec, type DecodedFrame } from './codec.js';
import { JPEG_PROCESSES, endOf, jpegHeaderOf, type JpegHeader } from './codestream.js';
import { decodeJpegExtended } from './jpeg-extended.js';
import { decodeJpegLossless } from './jpeg-lossless.js';
import type { Picture } from '../pixels/picture.js';

const turbo = compiled(
  '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs',
  'JPEGDecoder',
  jpegHeaderOf,
  () => true,
);
const charls = compiled(
  '@cornerstonejs/codec-charls/decodewasmjs',
  'JpegLSDecoder',
  jpegHeaderOf,
  () => false,
);

export const jpeg: Codec = async (frame, picture) => {
  const header = jpegHeaderOf(frame);
  checkSize(header, picture);
  const { process, bits } = header;
  if (process === 0xc3) return decoded(decodeJpegLossless(frame), header, picture);
  // CharLS counts to 2³² where there is none, and libjpeg-turbo gives up.
  const end = endOf(frame);
  if (end === 0) throw new Error('it has no end');
  if (process === 0xf7) {
    const found = await charls(frame.subarray(0, end), picture);
    checkSign(found, bits, picture);
    return found;
  }
  if (process <= 0xc2 && bits === 8)
    return turbo(withColours(frame.subarray(0, end), header, picture), picture);
  if (process <= 0xc1) return decoded(decodeJpegExtended(frame), header, picture);
  throw new NotRead(`JPEG's ${JPEG_PROCESSES[process] ?? 'unknown'} process with ${bits} bits is not read`);
};

function decoded(samples: Uint16Array, header: JpegHeader, picture: Picture): DecodedFrame {
  const shared = { planar: false, rgb: false };
  const frame: DecodedFrame =
    header.bits <= 8
      ? { bytes: Uint8Array.from(samples), width: 1, ...shared }
      : { bytes: new Uint8Array(samples.buffer), width: 2, ...shared };
  checkSign(frame, header.bits, picture);
  return frame;
}

/** "Adobe", version 100, no flags, and the colours of the components: 0 as they are, 1 YCbCr. */
const ADOBE = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0];

/** Adds the header's colours to a frame that does not name its own, so that libjpeg-turbo knows them. */
function withColours(frame: Uint8Array, { samples, namesColours }: JpegHeader, picture: Picture): Uint8Array {
  if (samples !== 3 || namesColours) return frame;
  const colours = picture.photometric === 'RGB' ? 0 : 1;
  return Buffer.concat([frame.subarray(0, 2), Uint8Array.of(...ADOBE, colours), frame.subarray(2)]);
}

/**
 * Encodes frames as lossless JPEG-LS (ITU-T T.87) by CharLS, and decodes what was written to compare it.
 *
 * Source: DICOM PS3.5 section 8.2.3 and A.4.3.
 */
import { createRequire } from 'node:module';
import type { Picture } from '../../scans/formats/dicom/pixels/picture.js';
import { codecs } from '../../scans/formats/dicom/decoders/codecs.js';
import { Refusal } from '../file/refusal.js';

export const JPEG_LS_LOSSLESS = '1.2.840.10008.1.2.4.80';

interface Encoder {
  getDecodedBuffer(frame: {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
  }): Uint8Array;
  setNearLossless(value: number): void;
  setInterleaveMode(value: number): void;
  encode(): void;
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}
type Module = Readonly<Record<'JpegLSEncoder', new () => Encoder>>;
type Factory = (options: { print: () => void; printErr: () => void }) => Promise<Module>;

const require = createRequire(import.meta.url);
let loaded: Promise<Module> | undefined;
/** Components pixel by pixel, and one component alone. */
const INTERLEAVED = { 1: 0, 3: 2 } as const;

/**
 * @param samples little-endian samples, colours pixel by pixel
 * @param width bytes of a sample
 * @returns an even number of bytes
 */
export async function jpegLs(samples: Uint8Array, width: 1 | 2, picture: Picture): Promise<Buffer> {
  const { rows, columns, bitsStored } = picture;
  loaded ??= (require('@cornerstonejs/codec-charls/wasmjs') as Factory)({
    print: () => undefined,
    printErr: () => undefined,
  });
  const encoder = new (await loaded).JpegLSEncoder();
  const bitsPerSample = Math.max(Math.min(bitsStored, 8 * width), 2);
  const own = withoutUnused(samples, width, bitsPerSample);
  encoder
    .getDecodedBuffer({ width: columns, height: rows, bitsPerSample, componentCount: picture.samples })
    .set(own);
  encoder.setNearLossless(0);
  encoder.setInterleaveMode(INTERLEAVED[picture.samples]);
  encoder.encode();
  const encoded = Buffer.from(encoder.getEncodedBuffer());
  encoder.delete();
  const back = await codecs[JPEG_LS_LOSSLESS]?.(encoded, { ...picture, planar: false });
  if (back === undefined || !Buffer.from(back.bytes).equals(own))
    throw new Refusal('verification', 'blanked pixels did not read back as they were written');
  return encoded.length % 2 === 0 ? encoded : Buffer.concat([encoded, Buffer.alloc(1)]);
}

/** Words without the bits above those stored, which JPEG-LS does not hold. */
function withoutUnused(samples: Uint8Array, width: 1 | 2, bits: number): Uint8Array {
  if (bits === 8 * width) return samples;
  const mask = 2 ** bits - 1;
  if (width === 1) return samples.map((value) => value & mask);
  const words = new Uint16Array(samples.slice().buffer, 0, samples.length >> 1);
  return new Uint8Array(words.map((value) => value & mask).buffer);
}

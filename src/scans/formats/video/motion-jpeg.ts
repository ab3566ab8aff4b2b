/**
 * Frames of motion JPEG: pictures whose Huffman tables may be omitted, since they are always the same.
 *
 * Source: ITU-T T.81, annex K.3 (the usual tables); JFIF 1.02 (the shape of pixels).
 * Only the first component (luma) is used. Frames are declared to be red, green and blue, since libjpeg then returns
 * components unchanged and no luma is lost in a conversion of colours.
 */
import { messageOf } from '../../../core/errors.js';
import { jpeg } from '../dicom/decoders/codec-jpeg.js';
import { jpegHeaderOf } from '../dicom/decoders/codestream.js';

/** Bits of code lengths and values of the usual tables: annex K.3, tables K.3 to K.6. */
const TABLES: readonly (readonly [id: number, lengths: string, values: string])[] = [
  [0x00, '00010501010101010100000000000000', '000102030405060708090a0b'],
  [0x01, '00030101010101010101010000000000', '000102030405060708090a0b'],
  [
    0x10,
    '0002010303020403050504040000017d',
    '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
  ],
  [
    0x11,
    '00020102040403040705040400010277',
    '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
  ],
];

/** Segment that defines the usual tables. */
const USUAL_TABLES = segment(
  0xc4,
  Buffer.concat(
    TABLES.map(([id, lengths, values]) =>
      Buffer.from(id.toString(16).padStart(2, '0') + lengths + values, 'hex'),
    ),
  ),
);

const [SOF_FIRST, DHT, SOI, SOS, APP0, APP14, APP15, COMMENT] = [
  0xc0, 0xc4, 0xd8, 0xda, 0xe0, 0xee, 0xef, 0xfe,
];

function segment(marker: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
}

interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
  /** Offset of its end in the picture. */
  readonly end: number;
}

/** Segments up to the compressed data; empty if the bytes are no JPEG. */
function segmentsOf(bytes: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return segments;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + 256 * (bytes[at + 2] as number) + (bytes[at + 3] as number);
    segments.push({ marker, data: bytes.subarray(at + 4, end), end });
    if (marker === SOS) break;
    at = end;
  }
  return segments;
}

/**
 * Luma of a frame, `[height, width]`; null unless it is one picture in luma and two colour differences, or in grey; a
 * text on what is wrong if it can not be decoded.
 */
export async function jpegLuma(
  bytes: Uint8Array,
  width: number,
  height: number,
): Promise<Uint8Array | null | string> {
  const segments = segmentsOf(bytes);
  const header = jpegHeaderOf(bytes);
  const [scan] = segments.filter(({ marker }) => marker === SOS);
  if (header === null || scan === undefined) return 'no JPEG';
  const { samples, bits, process } = header;
  const isAdobe = segments.some(({ marker, data }) => marker === APP14 && data[0] === 0x41 && data[11] !== 1);
  if (header.columns !== width || header.rows !== height || bits !== 8 || process > SOF_FIRST + 2)
    return null;
  if ((samples !== 1 && samples !== 3) || (samples === 3 && isAdobe)) return null;
  const isApplication = ({ marker }: Segment): boolean =>
    (marker >= APP0 && marker <= APP15) || marker === COMMENT;
  const picture = Buffer.concat([
    Buffer.from([0xff, SOI]),
    ...(segments.some(({ marker }) => marker === DHT) ? [] : [USUAL_TABLES]),
    ...segments.filter((each) => !isApplication(each)).map(({ marker, data }) => segment(marker, data)),
    bytes.subarray(scan.end),
  ]);
  try {
    const { bytes: pixels } = await jpeg(ended(picture), {
      rows: height,
      columns: width,
      frames: 1,
      samples,
      photometric: samples === 1 ? 'MONOCHROME2' : 'RGB',
      planar: false,
      bitsAllocated: 8,
      bitsStored: 8,
      highBit: 7,
      signed: false,
      float: false,
    });
    return samples === 1 ? pixels : pixels.filter((_, at) => at % samples === 0);
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** Appends the end marker if a writer left it out. */
function ended(picture: Buffer): Buffer {
  const tail = picture.subarray(-64);
  return tail.includes(Buffer.from([0xff, 0xd9]))
    ? picture
    : Buffer.concat([picture, Buffer.from([0xff, 0xd9])]);
}

/** Width of a pixel over its height from JFIF's densities; null if it does not say. */
export function jpegAspect(bytes: Uint8Array): number | null {
  const jfif = segmentsOf(bytes).find(
    ({ marker, data }) => marker === APP0 && Buffer.from(data.subarray(0, 5)).toString('latin1') === 'JFIF\0',
  )?.data;
  if (jfif === undefined || jfif.length < 12) return null;
  const view = Buffer.from(jfif);
  const [across, down] = [view.readUInt16BE(8), view.readUInt16BE(10)];
  return across > 0 && down > 0 ? across / down : null;
}

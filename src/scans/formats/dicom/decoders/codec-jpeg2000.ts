/**
 * JPEG 2000 and its high-throughput kind, by the OHIF project's WebAssembly builds of OpenJPEG and OpenJPH. The frame's
 * own header decides which of them decodes it.
 *
 * Both clip signed samples of up to 8 bits at 0. A frame that is said to be unsigned gives the same samples, raised by half
 * of their range (T.800 G.1), so that signed ones are decoded as such, and lowered again.
 *
 * Sources: ITU-T T.800 annex A (codestream), DICOM PS3.5 section 8.2.4.
 */
import { NotRead, checkSign, checkSize, compiled, type Codec, type DecodedFrame } from './codec.js';
import { endOf, jpeg2000HeaderOf, type Jpeg2000Header } from './codestream.js';
import type { Picture } from '../pixels/picture.js';

const never = (): boolean => false;
const openjpeg = compiled(
  '@cornerstonejs/codec-openjpeg/decodewasmjs',
  'J2KDecoder',
  jpeg2000HeaderOf,
  never,
);
const openjph = compiled('@cornerstonejs/codec-openjph', 'HTJ2KDecoder', jpeg2000HeaderOf, never);

export const jpeg2000: Codec = async (frame, picture) => {
  const header = jpeg2000HeaderOf(frame);
  checkSize(header, picture);
  if (!header.alike) throw new NotRead('JPEG 2000 with components of several sizes or depths is not read');
  if (header.bits > 16) throw new NotRead(`JPEG 2000 with ${header.bits} bits is not read`);
  // OpenJPH fills up what is missing, and says nothing. Boxes may follow a codestream that lies in one.
  if (header.start === 0 && endOf(frame) === 0) throw new Error('it has no end');
  const decode = header.highThroughput ? openjph : openjpeg;
  const found = await decode(header.signed ? unsigned(frame, header) : frame, picture);
  const rgb = becomesRgb(header, picture);
  if (header.signed) return { ...found, rgb, bytes: lowered(found, header, picture) };
  checkSign(found, header.bits, picture);
  return { ...found, rgb };
};

/** Returns the codestream without the boxes around it, which repeat its description, with samples marked unsigned. */
function unsigned(frame: Uint8Array, { start, samples }: Jpeg2000Header): Uint8Array {
  const stream = Uint8Array.from(frame.subarray(start));
  for (let sample = 0; sample < samples; sample++) {
    const at = SAMPLE_SIZES + 3 * sample;
    stream[at] = (stream[at] as number) & 0x7f;
  }
  return stream;
}

/** Offset in a codestream of the first component's bits; those of each further component follow three bytes later. */
const SAMPLE_SIZES = 42;

function lowered({ bytes, width }: DecodedFrame, { bits }: Jpeg2000Header, { signed }: Picture): Uint8Array {
  const samples = width === 1 ? new Int8Array(bytes.buffer) : new Int16Array(bytes.buffer);
  const raised = width === 1 ? bytes : new Uint16Array(bytes.buffer);
  const half = 2 ** (bits - 1);
  let negative = false;
  raised.forEach((value, i) => {
    negative ||= value < half;
    samples[i] = value - half;
  });
  if (negative && !signed)
    throw new Error('its compressed samples have a sign, its header says they have none');
  return bytes;
}

/** True if decoded samples are red, green and blue, also under JPEG's labels if the frame says it was transformed. */
function becomesRgb({ transformed }: Jpeg2000Header, { photometric }: Picture): boolean {
  if (photometric === 'YBR_RCT' || photometric === 'YBR_ICT') return true;
  return photometric.startsWith('YBR') && photometric !== 'YBR_FULL' && transformed;
}

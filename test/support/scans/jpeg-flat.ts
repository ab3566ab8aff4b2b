/**
 * Baseline JPEG of one block in one colour, whose components are whatever they are said to be.
 *
 * Source: ITU-T T.81, B.2 (markers), F.1.2 (coefficients).
 */
import { segment } from './jpeg-encoder.js';

const JFIF = segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
const adobe = (colours: number): Buffer =>
  segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, colours]);

/** What says which colours the components are: 0 as they are, 1 YCbCr. */
export const COLOUR_SEGMENTS = {
  none: [],
  JFIF: [JFIF],
  'Adobe 0': [adobe(0)],
  'Adobe 1': [adobe(1)],
  'JFIF and Adobe 0': [JFIF, adobe(0)],
} as const;

/**
 * 8 × 8 pixels.
 *
 * @param components value of each, from 0 to 255
 */
export function flatJpeg(
  components: readonly number[],
  colours: keyof typeof COLOUR_SEGMENTS = 'none',
  process = 0xc0,
): Buffer {
  // A progressive scan of the first coefficients says nothing of the others.
  const [last, rest] = process === 0xc2 ? [0, ''] : [63, '0'];
  const bits = components
    .map((value) => {
      // The mean is the first coefficient; 8 of its steps are one of the samples.
      const coefficient = value - 128;
      const size = coefficient === 0 ? 0 : Math.floor(Math.log2(Math.abs(coefficient))) + 1;
      const number = coefficient < 0 ? coefficient + 2 ** size - 1 : coefficient;
      return binary(size, 4) + binary(number, size) + rest;
    })
    .join('');
  const filled = bits.padEnd(8 * Math.ceil(bits.length / 8), '1');
  const bytes = filled.match(/.{8}/g) ?? [];
  const all = components.map((_, i) => i + 1);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    ...COLOUR_SEGMENTS[colours],
    segment(0xdb, [0, ...Array<number>(64).fill(8)]),
    segment(process, [8, 0, 8, 0, 8, all.length, ...all.flatMap((id) => [id, 0x11, 0])]),
    // Sizes from 0 to 11 in four bits each; of other coefficients, that there are none.
    segment(0xc4, [0, 0, 0, 0, 12, ...Array<number>(12).fill(0), ...Array(12).keys()]),
    segment(0xc4, [0x10, 1, ...Array<number>(15).fill(0), 0]),
    segment(0xda, [all.length, ...all.flatMap((id) => [id, 0]), 0, last, 0]),
    Buffer.from(bytes.flatMap((byte) => (byte === '11111111' ? [0xff, 0] : [parseInt(byte, 2)]))),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function binary(value: number, length: number): string {
  return length === 0 ? '' : value.toString(2).padStart(length, '0');
}

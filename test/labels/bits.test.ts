/** Masks as bits, against the same on bytes. */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { bitsOf, commonTo, eachBit, NO_BITS, sizeOf, unionOf } from '../../src/labels/geometry/bits.js';

const rng = rngOf('bits');
const drawn = (pixels: number, from: number, to: number, share: number): Uint8Array =>
  Uint8Array.from({ length: pixels }, (_, i) => (i >= from && i < to && rng.float() < share ? 1 : 0));
const marked = (bits: ReturnType<typeof bitsOf>): number[] => {
  const found: number[] = [];
  eachBit(bits, (pixel) => found.push(pixel));
  return found;
};
const expected = (pixels: Uint8Array): number[] => [...pixels].flatMap((value, i) => (value === 0 ? [] : i));

const MASKS = [
  drawn(1000, 0, 1000, 0.5),
  drawn(1000, 300, 420, 1),
  drawn(1000, 640, 641, 1),
  drawn(1000, 31, 33, 1),
  drawn(1000, 999, 1000, 1),
  drawn(1000, 0, 0, 1),
];

describe('bits', () => {
  it('are the pixels that are marked, from first to last, and no word more', () => {
    for (const pixels of MASKS) {
      const bits = bitsOf(pixels);
      expect(marked(bits)).toEqual(expected(pixels));
      expect(sizeOf(bits)).toBe(expected(pixels).length);
    }
    expect(MASKS.map((pixels) => bitsOf(pixels).words.length)).toEqual([32, 5, 1, 2, 1, 0]);
    expect(bitsOf(MASKS[5] as Uint8Array)).toBe(NO_BITS);
  });

  it('join and overlap as bytes do, wherever the one begins and the other ends', () => {
    for (const a of MASKS)
      for (const b of MASKS) {
        const [one, other] = [bitsOf(a), bitsOf(b)];
        expect(marked(unionOf(one, other))).toEqual(expected(a.map((value, i) => value | (b[i] as number))));
        expect(commonTo(one, other)).toBe(expected(a.map((value, i) => value & (b[i] as number))).length);
      }
  });
});

/**
 * Samples of one bit, packed eight to a byte, the first in the lowest bit.
 *
 * Source: DICOM PS3.5 section 8.1.1 and D (1-bit segmentations).
 */

/** @returns `count` bytes of 0 or 1, from the bit `first` on */
export function unpackBits(bytes: Uint8Array, first: number, count: number): Uint8Array {
  if (first + count > 8 * bytes.length)
    throw new Error(`${Math.max(0, 8 * bytes.length - first)} of ${count} bits`);
  const out = new Uint8Array(count);
  for (let i = 0, bit = first; i < count; i++, bit++) out[i] = ((bytes[bit >> 3] as number) >> (bit & 7)) & 1;
  return out;
}

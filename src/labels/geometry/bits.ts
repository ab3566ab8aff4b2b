/**
 * Masks of slices as bits, without the words before the first mark and after the last: what a reader draws fills a small part of a
 * slice, and hundreds of structures on a thousand slices have to be in memory at once.
 */

/** Pixel i is bit i mod 32 of word ⌊i / 32⌋, of which the first that is kept is word `from`. Never changed once made. */
export interface Bits {
  readonly from: number;
  readonly words: Uint32Array;
}

export const NO_BITS: Bits = { from: 0, words: new Uint32Array() };

/** Words that hold as many bits. */
export const wordsFor = (pixels: number): number => Math.ceil(pixels / 32);

/** The words that hold any mark. @param words of all pixels */
export function trimmed(words: Uint32Array): Bits {
  let [from, end] = [0, words.length];
  while (from < end && words[from] === 0) from++;
  while (end > from && words[end - 1] === 0) end--;
  return from === end ? NO_BITS : { from, words: words.slice(from, end) };
}

/** Bits of the pixels that are not 0. */
export function bitsOf(pixels: Uint8Array): Bits {
  const words = new Uint32Array(wordsFor(pixels.length));
  for (let i = 0; i < pixels.length; i++)
    if (pixels[i] !== 0) words[i >>> 5] = (words[i >>> 5] as number) | (1 << (i & 31));
  return trimmed(words);
}

export function unionOf(a: Bits, b: Bits): Bits {
  if (a.words.length === 0) return b;
  if (b.words.length === 0) return a;
  const from = Math.min(a.from, b.from);
  const words = new Uint32Array(Math.max(a.from + a.words.length, b.from + b.words.length) - from);
  words.set(a.words, a.from - from);
  for (let i = 0, at = b.from - from; i < b.words.length; i++, at++)
    words[at] = (words[at] as number) | (b.words[i] as number);
  return { from, words };
}

/** Number of marked pixels. */
export function sizeOf({ words }: Bits): number {
  let size = 0;
  for (const word of words) size += onesIn(word);
  return size;
}

/** Number of pixels that both mark. */
export function commonTo(a: Bits, b: Bits): number {
  const end = Math.min(a.from + a.words.length, b.from + b.words.length);
  let common = 0;
  for (let at = Math.max(a.from, b.from); at < end; at++)
    common += onesIn((a.words[at - a.from] as number) & (b.words[at - b.from] as number));
  return common;
}

/** Calls `visit` with each marked pixel, in ascending order. */
export function eachBit({ from, words }: Bits, visit: (pixel: number) => void): void {
  words.forEach((word, at) => {
    for (let rest = word; rest !== 0; rest &= rest - 1)
      visit(32 * (from + at) + 31 - Math.clz32(rest & -rest));
  });
}

/** Ones in 32 bits, by sums within ever wider fields: Warren, Hacker's Delight (2012), section 5-1. */
function onesIn(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

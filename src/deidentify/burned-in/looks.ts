/**
 * Which pictures of a file a text detector looks at. Of every stretch of a clip: one frame, and the darkest value of each
 * pixel, in which tissue that moves fades and letters that stand still do not. Of a single frame: itself, and itself with
 * bright tissue dimmed. Of both the colours, in which grey tissue is black.
 */
import type { Look } from './look.js';

/** Frames in a stretch, and the most stretches: longer clips have longer ones. */
const [STRETCH, MOST_STRETCHES] = [16, 4];

/** First and end of each stretch. */
function stretchesOf(count: number): (readonly [start: number, end: number])[] {
  const stretches = Math.min(Math.ceil(count / STRETCH), MOST_STRETCHES);
  const bound = (i: number): number => Math.round((i * count) / stretches);
  return Array.from({ length: stretches }, (_, i) => [bound(i), bound(i + 1)] as const);
}

/** A picture that is looked at, and pairs of frames in which what it shows should be alike if it is text. */
export interface Considered {
  readonly look: Look;
  readonly pairs: readonly (readonly [Look, Look])[];
  /** Which frame it shows; null where it shows several. */
  readonly index: number | null;
  /** True if every search looks at it. */
  readonly isSame: boolean;
}

/** @param place which frame of each stretch: 0 its first, 1 its last */
export function looksOf(frames: readonly Look[], place: number): Considered[] {
  return stretchesOf(frames.length).flatMap(([start, end]) => {
    const at = start + Math.round(place * (end - 1 - start));
    const look = frames[at] as Look;
    const pairs = [frames[at - 1], frames[at + 1]].flatMap((next) => (next ? [[look, next] as const] : []));
    const isSame = frames.length === 1;
    const singles = [{ look, pairs, index: at, isSame }];
    const colours = coloursOf(look);
    if (colours !== null) singles.push({ look: colours, pairs, index: at, isSame });
    if (isSame) return [...singles, { look: dimmed(look), pairs, index: at, isSame }];
    if (end - start < 3) return singles;
    const [first, middle, last] = [start, (start + end) >> 1, end - 1].map((i) => frames[i] as Look);
    const far = [[first, middle] as const, [middle, last] as const];
    return [
      ...singles,
      {
        look: darkest(frames.slice(start, end)),
        pairs: far as Considered['pairs'],
        index: null,
        isSame: true,
      },
    ];
  });
}

function darkest(frames: readonly Look[]): Look {
  const [first, ...others] = frames as [Look, ...Look[]];
  const data = first.data.slice();
  for (const other of others)
    for (let i = 0; i < data.length; i++) {
      const value = other.data[i] as number;
      if (value < (data[i] as number)) data[i] = value;
    }
  return { ...first, data };
}

/** Squares of the levels: grey speckle fades before white letters do. */
function dimmed(look: Look): Look {
  return { ...look, data: look.data.map((level) => (level * level) / 255) };
}

/** Levels between a pixel's channels that make it coloured, and the fewest such pixels that can be text. */
const [COLOURED, FEWEST] = [32, 24];

/** Differences of the greatest and the least channel, twice; null where next to nothing is coloured. */
function coloursOf(look: Look): Look | null {
  const data = new Uint8Array(look.data.length);
  let coloured = 0;
  for (let at = 0; at < data.length; at += 3) {
    const [red, green, blue] = [
      look.data[at] as number,
      look.data[at + 1] as number,
      look.data[at + 2] as number,
    ];
    const range = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (range >= COLOURED) coloured++;
    data.fill(Math.min(2 * range, 255), at, at + 3);
  }
  return coloured < FEWEST ? null : { ...look, data };
}

/**
 * Which pictures of a clip a text detector looks at: of every stretch of it one frame, and the darkest value of each pixel,
 * in which tissue that moves fades and letters that stand still do not.
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
  /** True if every search looks at it. */
  readonly isSeenBefore: boolean;
}

/** @param place which frame of each stretch: 0 its first, 1 its last */
export function looksOf(frames: readonly Look[], place: number): Considered[] {
  return stretchesOf(frames.length).flatMap(([start, end]) => {
    const at = start + Math.round(place * (end - 1 - start));
    const look = frames[at] as Look;
    const pairs = [frames[at - 1], frames[at + 1]].flatMap((next) => (next ? [[look, next] as const] : []));
    const single = { look, pairs, isSeenBefore: false };
    if (end - start < 3) return [single];
    const [first, middle, last] = [start, (start + end) >> 1, end - 1].map((i) => frames[i] as Look);
    const far = [[first, middle] as const, [middle, last] as const];
    return [
      single,
      { look: darkest(frames.slice(start, end)), pairs: far as Considered['pairs'], isSeenBefore: true },
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

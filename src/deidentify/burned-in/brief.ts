/**
 * Text that a clip shows for a few frames only, between those that were looked at: each frame is compared with its neighbours
 * and with the frames around it that were looked at, and where strokes have come, the detector looks at it too.
 */
import type { Blanks } from './blanks.js';
import { strokesIn, windowsOf, levelsOf, FEWEST } from './strokes.js';
import type { Box, Look } from './look.js';

/** Frames of a file, decoded when they are asked for. */
export interface Clip {
  readonly count: number;
  /** Every how many-th of them is held in memory. */
  readonly step: number;
  readonly at: (index: number) => Promise<Look>;
}

/** A clip whose frames are all in memory. */
export function clipOf(frames: readonly Look[]): Clip {
  return { count: frames.length, step: 1, at: (index) => Promise.resolve(frames[index] as Look) };
}

/** A frame that must be looked at. */
export interface Brief {
  readonly look: Look;
  readonly parts: readonly Box[];
  /** True if a rectangle holds some of what has come. */
  readonly isNew: (box: Box) => boolean;
}

/**
 * Goes through the frames in order.
 *
 * @param lookedAt frames that were looked at, by their index; there is one at least
 * @param blanks may grow meanwhile
 */
export async function* briefLooks(
  clip: Clip,
  lookedAt: ReadonlyMap<number, Look>,
  blanks: Blanks,
): AsyncGenerator<Brief> {
  const known = [...lookedAt]
    .sort(([a], [b]) => a - b)
    .map(([index, look]) => [index, levelsOf(look)] as const);
  let before: Uint8Array | undefined;
  let after = 0;
  let frames: Window = [null, await frameAt(clip, 0), await frameAt(clip, 1)];
  for (let i = 0; i < clip.count; i++) {
    const frame = frames[1] as Frame;
    // A frame that was looked at is compared with others: what a single frame shows was not taken for text in it.
    const isKnown = i === known[after]?.[0];
    if (isKnown) after++;
    const next = known[after]?.[1];
    const others = [before ?? next ?? frame.levels, next ?? before ?? frame.levels] as const;
    const brief = briefIn(frames, others, blanks);
    if (brief !== null) yield brief;
    if (brief !== null || isKnown) before = frame.levels;
    frames = [frame, frames[2], await frameAt(clip, i + 2)];
  }
}

interface Frame {
  readonly look: Look;
  readonly levels: Uint8Array;
}

/** A frame between its neighbours, where it has any. */
type Window = readonly [Frame | null, Frame | null, Frame | null];

async function frameAt(clip: Clip, index: number): Promise<Frame | null> {
  if (index >= clip.count) return null;
  const look = await clip.at(index);
  return { look, levels: levelsOf(look) };
}

function briefIn(frames: Window, known: readonly [Uint8Array, Uint8Array], blanks: Blanks): Brief | null {
  const [before, frame, after] = frames;
  if (frame === null) return null;
  const { look, levels } = frame;
  const [whole] = blanks.kept();
  if (whole !== undefined && isOdd(frames, blanks)) return { look, parts: [whole], isNew: () => true };
  const neighbours = [before?.levels ?? null, after?.levels ?? null] as const;
  const strokes = strokesIn(levels, neighbours, known, blanks.blanked, look.columns);
  if (strokes === null) return null;
  const parts = blanks.around(windowsOf(strokes, look.columns));
  const isNew = (box: Box): boolean => countIn(strokes, look.columns, box) >= FEWEST / 2;
  return parts.length === 0 ? null : { look, parts, isNew };
}

function countIn(marked: Uint8Array, columns: number, { left, right, top, bottom }: Box): number {
  let count = 0;
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) count += marked[y * columns + x] as number;
  return count;
}

/** How many times more a picture of its own, such as a title, differs from its neighbours than they from each other. */
const ODD = 2.5;
/** Levels a pixel by which it differs in any case. */
const LEAST = 5;

function isOdd([before, frame, after]: Window, blanks: Blanks): boolean {
  if (before === null || frame === null || after === null) return false;
  const among = ODD * differenceOf(before, after, blanks) + LEAST;
  return differenceOf(before, frame, blanks) > among && differenceOf(frame, after, blanks) > among;
}

/** Mean difference of two frames, in levels a pixel that is not blanked; every fifth pixel tells. */
function differenceOf(a: Frame, b: Frame, { blanked }: Blanks): number {
  let [sum, pixels] = [0, 1];
  for (let i = 0; i < blanked.length; i += 5) {
    if (blanked[i] === 1) continue;
    sum += Math.abs((a.levels[i] as number) - (b.levels[i] as number));
    pixels++;
  }
  return sum / pixels;
}

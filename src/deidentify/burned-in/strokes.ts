/**
 * Strokes that come with a frame: pixels brighter than in frames that were looked at and than their surroundings, which stand
 * still into a neighbouring frame, or come and go where nothing else changes.
 */
import { clipped, type Box, type Look } from './look.js';

/** Levels of 255 by which letters are brighter than what was there, and the darkest that letters are. */
const [NEW, BRIGHT] = [40, 90];
/** Levels by which what stands still changes at most, and by which strokes differ from the mean around them at least. */
const [SAME, STROKE] = [8, 20];
/** Half the side of the square over which the mean is taken. */
const RADIUS = 4;
/** Size of the windows in which pixels are counted, and their distance. */
const [WIDE, HIGH, STRIDE] = [24, 10, 4];
/** Pixels in a window that make a word of small letters; of words of 13 pixels about 100 lie in one, of bright speckle up to 20. */
export const FEWEST = 24;

/** The greatest of each pixel's channels, `[rows, columns]`. */
export function levelsOf({ data }: Look): Uint8Array {
  const levels = new Uint8Array(data.length / 3);
  for (let i = 0, at = 0; i < levels.length; i++, at += 3)
    levels[i] = Math.max(data[at] as number, data[at + 1] as number, data[at + 2] as number);
  return levels;
}

/** Levels of a frame's neighbours; null where it has none. */
type Neighbours = readonly [Uint8Array | null, Uint8Array | null];

/**
 * @param known levels of the frames before and after that were looked at
 * @returns 1 at strokes; null where they are too few for a word
 */
export function strokesIn(
  levels: Uint8Array,
  neighbours: Neighbours,
  [before, after]: readonly [Uint8Array, Uint8Array],
  blanked: Uint8Array,
  columns: number,
): Uint8Array | null {
  const strokes = new Uint8Array(levels.length);
  let count = 0;
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i] as number;
    if (level < BRIGHT || blanked[i] === 1) continue;
    if (level - Math.max(before[i] as number, after[i] as number) < NEW) continue;
    if (!isStill(level, i, neighbours) || level - meanAround(levels, i, columns) < STROKE) continue;
    strokes[i] = 1;
    count++;
  }
  return count < FEWEST ? null : strokes;
}

function isStill(level: number, i: number, [before, after]: Neighbours): boolean {
  const [one, other] = [before?.[i] ?? after?.[i] ?? level, after?.[i] ?? before?.[i] ?? level];
  if (Math.abs(level - one) <= SAME || Math.abs(level - other) <= SAME) return true;
  return level - one >= NEW && level - other >= NEW && Math.abs(one - other) <= SAME;
}

function meanAround(levels: Uint8Array, at: number, columns: number): number {
  const rows = levels.length / columns;
  const [x, y] = [at % columns, Math.floor(at / columns)];
  let [sum, pixels] = [0, 0];
  for (let v = Math.max(y - RADIUS, 0); v <= Math.min(y + RADIUS, rows - 1); v++)
    for (let u = Math.max(x - RADIUS, 0); u <= Math.min(x + RADIUS, columns - 1); u++, pixels++)
      sum += levels[v * columns + u] as number;
  return sum / pixels;
}

/** Windows that hold enough marked pixels for a word. */
export function windowsOf(marked: Uint8Array, columns: number): Box[] {
  const rows = marked.length / columns;
  const found: Box[] = [];
  for (let top = 0; top < rows; top += STRIDE)
    for (let left = 0; left < columns; left += STRIDE) {
      const window = clipped({ left, top, right: left + WIDE, bottom: top + HIGH }, columns, rows);
      let count = 0;
      for (let y = window.top; y < window.bottom; y++)
        for (let x = window.left; x < window.right; x++) count += marked[y * columns + x] as number;
      if (count >= FEWEST) found.push(window);
    }
  return found;
}

/**
 * What letters have and speckle, which a detector takes for letters now and then, has not: contrast, and standing still.
 */
import { clipped, type Box, type Look } from './look.js';
import type { Considered } from './looks.js';

/** Levels of 255 by which letters differ from what is around them; the speckle of dark tissue differs by less. */
const CONTRAST = 40;

function levelsIn({ columns, data }: Look, { left, right, top, bottom }: Box): number[] {
  const levels: number[] = [];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const at = 3 * (y * columns + x);
      levels.push(Math.max(data[at] as number, data[at + 1] as number, data[at + 2] as number));
    }
  return levels;
}

/** Levels around the rectangle, as far away as half its lesser side. */
function levelsAround(look: Look, box: Box): number[] {
  const by = Math.max(6, Math.min(box.right - box.left, box.bottom - box.top) >> 1);
  const strips = [
    { left: box.left - by, right: box.right + by, top: box.top - by, bottom: box.top },
    { left: box.left - by, right: box.right + by, top: box.bottom, bottom: box.bottom + by },
    { left: box.left - by, right: box.left, top: box.top, bottom: box.bottom },
    { left: box.right, right: box.right + by, top: box.top, bottom: box.bottom },
  ];
  return strips.flatMap((strip) => levelsIn(look, clipped(strip, look.columns, look.rows)));
}

/** Level below which a part of the pixels of a rectangle lie. */
function levelOf(levels: readonly number[], part: number): number {
  return levels[Math.floor(part * (levels.length - 1))] ?? 0;
}

function sorted(levels: number[]): number[] {
  return levels.sort((a, b) => a - b);
}

/** True if the rectangle holds values that differ as letters do. */
export function hasContrast(look: Look, box: Box): boolean {
  const levels = sorted(levelsIn(look, box));
  return levelOf(levels, 0.98) - levelOf(levels, 0.02) >= CONTRAST;
}

/** Words are longer than they are high; what is not must be brighter than what is around it by so many levels. */
const [LONG, BRIGHTER] = [2, 16];

/** True for words, and for what is short but stands out of its surroundings, which a patch of speckle does not. */
export function isWordOrBright(look: Look, box: Box): boolean {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  if (Math.max(width, height) >= LONG * Math.min(width, height)) return true;
  return (
    levelOf(sorted(levelsIn(look, box)), 0.95) - levelOf(sorted(levelsAround(look, box)), 0.95) >= BRIGHTER
  );
}

/** True if text is easily told from what is around it, such as on black. */
export function isOnPlain(look: Look, box: Box): boolean {
  const levels = sorted(levelsAround(look, box));
  return levelOf(levels, 0.9) - levelOf(levels, 0.1) < CONTRAST;
}

/** Correlation of the edges of letters that stand still over tissue that moves; that of speckle alone is about zero. */
const STEADY = 0.3;

/** True if what the rectangle shows is alike in one of the pairs of frames; of single frames nobody knows. */
export function isSteady(pairs: Considered['pairs'], box: Box): boolean {
  return (
    pairs.length === 0 || pairs.some(([a, b]) => correlation(edgesIn(a, box), edgesIn(b, box)) >= STEADY)
  );
}

/** Differences of neighbours in a row, in which bright and dark tissue is alike. */
function edgesIn(look: Look, box: Box): number[] {
  const levels = levelsIn(look, box);
  const width = box.right - box.left;
  return levels.map((level, i) => (i % width === 0 ? 0 : level - (levels[i - 1] as number)));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  a.forEach((value, i) => {
    const [x, y] = [value - meanA, (b[i] as number) - meanB];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  });
  return both / Math.sqrt(Math.max(ofA * ofB, Number.MIN_VALUE));
}

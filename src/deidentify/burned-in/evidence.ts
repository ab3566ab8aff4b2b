/**
 * What letters have and speckle, which a detector takes for letters now and then, has not: contrast, and standing still.
 */
import type { Box, Look } from './look.js';
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

/** True if the rectangle holds values that differ as letters do. */
export function hasContrast(look: Look, box: Box): boolean {
  const levels = levelsIn(look, box).sort((a, b) => a - b);
  const level = (part: number): number => levels[Math.floor(part * (levels.length - 1))] as number;
  return level(0.98) - level(0.02) >= CONTRAST;
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

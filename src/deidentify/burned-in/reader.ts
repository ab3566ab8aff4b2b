/**
 * A second opinion on what a detector takes for text: a network that reads it. Bones in cross-section look like an "O", and
 * nothing but text is read as two characters or more.
 *
 * Source: Y. Du et al., "SVTR: Scene Text Recognition with a Single Visual Model", IJCAI 2022, as PaddleOCR uses it: the input is
 * 48 pixels high with channels from -1 to 1; of each place in the line the most probable character counts, repeated ones once.
 */
import type { Box, Look } from './look.js';

/** Returns probabilities `[places, characters]`, the first of which is none, of an input `[1, 3, rows, columns]`. */
export type ReaderModel = (
  pixels: Float32Array,
  rows: number,
  columns: number,
) => Promise<{ readonly characters: number; readonly data: Float32Array }>;

const ROWS = 48;
const [NARROWEST, WIDEST] = [64, 960];
/** The fewest characters that can tell a name, and their mean probability. */
const [FEWEST, SURE] = [2, 0.3];

/** True if a line is read as two characters or more. */
export async function isLegible(look: Look, box: Box, reader: ReaderModel): Promise<boolean> {
  const { pixels, columns } = lineOf(look, box);
  const { data, characters } = await reader(pixels, ROWS, columns);
  let [last, count, sum] = [0, 0, 0];
  for (let start = 0; start < data.length; start += characters) {
    let best = 0;
    for (let i = 1; i < characters; i++)
      if ((data[start + i] as number) > (data[start + best] as number)) best = i;
    if (best !== 0 && best !== last) {
      count++;
      sum += data[start + best] as number;
    }
    last = best;
  }
  return count >= FEWEST && sum / count >= SURE;
}

/** The line in the size that is read, blue first, `[3, ROWS, columns]`; what is beyond it is grey. */
function lineOf(look: Look, box: Box): { pixels: Float32Array; columns: number } {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const wide = Math.min(Math.max(Math.round((width * ROWS) / height), 1), WIDEST);
  const columns = Math.max(wide, NARROWEST);
  const pixels = new Float32Array(3 * ROWS * columns);
  for (let y = 0; y < ROWS; y++)
    for (let x = 0; x < wide; x++) {
      const [u, v] = [((x + 0.5) * width) / wide - 0.5, ((y + 0.5) * height) / ROWS - 0.5];
      for (let channel = 0; channel < 3; channel++)
        pixels[(channel * ROWS + y) * columns + x] = between(look, box, [u, v, 2 - channel]) / 127.5 - 1;
    }
  return { pixels, columns };
}

/** The value between four pixels of a box. */
function between(
  { columns, data }: Look,
  { left, top, right, bottom }: Box,
  [x, y, channel]: readonly [number, number, number],
): number {
  const [u, v] = [Math.max(left + x, left), Math.max(top + y, top)];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const [next, below] = [Math.min(column + 1, right - 1), Math.min(row + 1, bottom - 1)];
  const value = (a: number, b: number): number => data[3 * (b * columns + a) + channel] as number;
  const upper = value(column, row) + (value(next, row) - value(column, row)) * (u - column);
  const lower = value(column, below) + (value(next, below) - value(column, below)) * (u - column);
  return upper + (lower - upper) * (v - row);
}

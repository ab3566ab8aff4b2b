/**
 * The mask of a file: which pixels of every frame are blanked, from what rules name, what lies outside of the scanning
 * sector, and text that a detector finds in what is left. Text is searched for again in the result.
 *
 * Source: DICOM PS3.15 E.3.1 (Clean Pixel Data Option).
 */
import { textBoxes, type TextModel } from './detector.js';
import { clipped, type Box, type Look } from './look.js';
import { hasContrast, isSteady } from './evidence.js';
import { looksOf, type Considered } from './looks.js';

export interface Known {
  /** Rectangles that rules name. */
  readonly boxes: readonly Box[];
  /** `[rows, columns]`, 1 in the scanning sector; null where none is known. */
  readonly sector: Uint8Array | null;
}

export interface Mask {
  /** `[rows, columns]`, 1 where a pixel is blanked. */
  readonly blanked: Uint8Array;
  /** Lines of text that were found. */
  readonly texts: number;
  /** False if text was left after the last search. */
  readonly isClean: boolean;
}

/** Searches that may blank; one more decides. */
const SEARCHES = 3;

/** @param frames all frames of the file, as they look */
export async function maskOf(frames: readonly Look[], known: Known, model: TextModel): Promise<Mask> {
  const { columns, rows } = frames[0] as Look;
  const blanked = new Uint8Array(columns * rows);
  for (const box of known.boxes) fill(blanked, columns, box);
  const { sector } = known;
  if (sector !== null) for (let i = 0; i < blanked.length; i++) if (sector[i] === 0) blanked[i] = 1;
  let texts = 0;
  for (let search = 0; search <= SEARCHES; search++) {
    // Each search looks at other frames of a clip.
    const looks = looksOf(frames, [0, 0.5, 1, 0.25][search] as number);
    const boxes = await linesIn(looks, blanked, model);
    if (boxes.length === 0 && search > 0) return { blanked, texts, isClean: true };
    if (boxes.length === 0 && frames.length < 2) return { blanked, texts, isClean: true };
    if (search === SEARCHES) break;
    texts += boxes.length;
    for (const box of boxes) fill(blanked, columns, box);
  }
  return { blanked, texts, isClean: false };
}

async function linesIn(looks: readonly Considered[], blanked: Uint8Array, model: TextModel): Promise<Box[]> {
  const found: Box[] = [];
  for (const { look, pairs } of looks)
    for (const box of await textBoxes(withBlanks(look, blanked), model))
      if (hasContrast(look, box) && isSteady(pairs, box) && !isBlank(blanked, look.columns, box))
        found.push(box);
  return found;
}

/**
 * The look with blanked pixels bridged from left to right, since the edges of black rectangles look like letters themselves.
 */
function withBlanks(look: Look, blanked: Uint8Array): Look {
  const { columns, rows } = look;
  const data = look.data.slice();
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if (blanked[y * columns + x] === 0) continue;
      const start = x;
      while (x < columns && blanked[y * columns + x] === 1) x++;
      bridge(data.subarray(3 * y * columns, 3 * (y + 1) * columns), start, x);
    }
  return { ...look, data };
}

/** Replaces the pixels `[start, end)` of a row by a line between their neighbours; black stands for what is beyond the row. */
function bridge(row: Uint8Array, start: number, end: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const around = (x: number): number => row[3 * x + channel] ?? 0;
    const [left, right] = [around(start - 1), around(end)];
    for (let x = start; x < end; x++)
      row[3 * x + channel] = left + ((right - left) * (x - start + 1)) / (end - start + 1);
  }
}

/** True where hardly a pixel of it is left: edges of blanked rectangles may look like letters. */
function isBlank(blanked: Uint8Array, columns: number, box: Box): boolean {
  let left = 0;
  for (let y = box.top; y < box.bottom; y++)
    for (let x = box.left; x < box.right; x++) left += 1 - (blanked[y * columns + x] as number);
  return left < HARDLY * (box.right - box.left) * (box.bottom - box.top);
}
const HARDLY = 0.1;

/** Blanks a rectangle. */
export function fill(blanked: Uint8Array, columns: number, box: Box): void {
  const { left, right, top, bottom } = clipped(box, columns, blanked.length / columns);
  for (let y = top; y < bottom; y++) blanked.fill(1, y * columns + left, y * columns + right);
}

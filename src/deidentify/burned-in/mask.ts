/**
 * The mask of a file: which pixels of every frame are blanked, from what rules name, what lies outside of the scanning
 * sector, and text that a detector finds in what is left. Text is searched for again in the result.
 *
 * Source: DICOM PS3.15 E.3.1 (Clean Pixel Data Option).
 */
import { Blanks } from './blanks.js';
import { textBoxes, type TextModel } from './detector.js';
import type { Box, Look } from './look.js';
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
  const blanks = new Blanks(columns, rows);
  for (const box of known.boxes) blanks.fill(box);
  if (known.sector !== null) blanks.keepOnly(known.sector);
  const { blanked } = blanks;
  let texts = 0;
  let fresh: readonly Box[] | null = null;
  for (let search = 0; search <= SEARCHES; search++) {
    // Each search looks at other frames of a clip.
    const looks = looksOf(frames, [0, 0.5, 1, 0.25][search] as number);
    const boxes: Box[] = await linesIn(looks, blanks, { model, near: fresh });
    const isDone = boxes.length === 0 && (search > 0 || frames.length < 2);
    if (isDone) return { blanked, texts, isClean: true };
    if (search === SEARCHES) break;
    texts += boxes.length;
    for (const box of boxes) blanks.fill(box);
    fresh = boxes;
  }
  return { blanked, texts, isClean: false };
}

interface Search {
  readonly model: TextModel;
  /** Where pictures that were searched before have changed since; null in the first search. */
  readonly near: readonly Box[] | null;
}

async function linesIn(looks: readonly Considered[], blanks: Blanks, { model, near }: Search): Promise<Box[]> {
  const found: Box[] = [];
  const whole = blanks.kept();
  let before: Look | undefined;
  for (const { look, pairs, isSeenBefore } of looks) {
    const part = near === null || !isSeenBefore ? whole : blanks.around(near);
    if (part === null || (before !== undefined && blanks.areAlike(before, look))) continue;
    before = look;
    for (const box of await textBoxes(blanks.bridged(look), model, part))
      if (hasContrast(look, box) && isSteady(pairs, box) && !blanks.holds(box)) found.push(box);
  }
  return found;
}

/**
 * The mask of a file: which pixels of every frame are blanked, from what rules name, what lies outside of the scanning
 * sector, and text that a detector finds in what is left. Text is searched for again in the result.
 *
 * Source: DICOM PS3.15 E.3.1 (Clean Pixel Data Option).
 */
import { Blanks, meets } from './blanks.js';
import { briefLooks, clipOf, type Clip } from './brief.js';
import { textBoxes, type TextModel } from './detector.js';
import type { Box, Look } from './look.js';
import { hasContrast, isOnPlain, isSteady, isWordOrBright } from './evidence.js';
import { isLegible, type ReaderModel } from './reader.js';
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
/** Lines beyond which a picture is noise, of which nobody knows what it shows. */
const MOST_LINES = 256;

export interface MaskOptions {
  /** All frames of the file. By default those that are given. */
  readonly clip?: Clip;
  /** Reads what may be text; what it cannot read is none. Absent: everything that may be text is. */
  readonly reader?: ReaderModel | undefined;
}

/** @param frames frames of the file as they look: all, or every `clip.step`-th */
export async function maskOf(
  frames: readonly Look[],
  known: Known,
  model: TextModel,
  { clip = clipOf(frames), reader }: MaskOptions = {},
): Promise<Mask> {
  const { columns, rows } = frames[0] as Look;
  const blanks = new Blanks(columns, rows);
  for (const box of known.boxes) blanks.fill(box);
  if (known.sector !== null) blanks.keepOnly(known.sector);
  const lookedAt = new Map<number, Look>();
  const search = { model, reader, lookedAt, step: clip.step };
  const steady = await steadyLines(frames, blanks, search);
  const isClip = clip.count > 1 && steady.isClean;
  const brief = isClip ? await briefLines(clip, blanks, search) : { texts: 0, isClean: true };
  return {
    blanked: blanks.blanked,
    texts: steady.texts + brief.texts,
    isClean: steady.isClean && brief.isClean,
  };
}

type Outcome = Pick<Mask, 'texts' | 'isClean'>;

interface Search {
  readonly model: TextModel;
  readonly reader: ReaderModel | undefined;
  /** Frames that were looked at, by their index among all. */
  readonly lookedAt: Map<number, Look>;
  /** How many frames later the next one of those in memory comes. */
  readonly step: number;
}

/** Blanks text that stays. */
async function steadyLines(frames: readonly Look[], blanks: Blanks, search: Search): Promise<Outcome> {
  let texts = 0;
  let fresh: readonly Box[] | null = null;
  for (let round = 0; round <= SEARCHES; round++) {
    // Each search looks at other frames of a clip.
    const looks = looksOf(frames, [0, 0.5, 1, 0.25][round] as number);
    const boxes: Box[] = await linesIn(looks, blanks, search, fresh);
    const isDone = boxes.length === 0 && (round > 0 || frames.length < 2);
    if (isDone) return { texts, isClean: true };
    if (round === SEARCHES || boxes.length > MOST_LINES) break;
    texts += boxes.length;
    for (const box of boxes) blanks.fill(box);
    fresh = boxes;
  }
  return { texts, isClean: false };
}

/** @param near where pictures that were searched before have changed since; null in the first search */
async function linesIn(
  looks: readonly Considered[],
  blanks: Blanks,
  search: Search,
  near: readonly Box[] | null,
): Promise<Box[]> {
  const { model, lookedAt, step } = search;
  const found: Box[] = [];
  // Text that crosses the edge of the sector must be seen as a whole before it is cut.
  const whole = near === null ? blanks.around(blanks.kept()) : blanks.kept();
  let before: Look | undefined;
  for (const { look, pairs, index, isSame } of looks) {
    const parts = near === null || !isSame ? whole : blanks.around(near);
    if (index !== null && !lookedAt.has(index * step)) lookedAt.set(index * step, look);
    if (before !== undefined && blanks.areAlike(before, look)) continue;
    before = look;
    const seen = near === null ? look : blanks.bridged(look);
    const boxes = await boxesIn(seen, model, parts);
    const open = boxes.filter((box) => isSteady(pairs, box) && !blanks.holds(box));
    const lines = await textAmong(open, look, search);
    found.push(...lines);
    if (near === null && pairs.length === 0) found.push(...(await wholeLines(look, lines, blanks, search)));
  }
  return found;
}

async function boxesIn(look: Look, model: TextModel, parts: readonly Box[], zoom = 1): Promise<Box[]> {
  const found: Box[] = [];
  for (const part of parts) found.push(...(await textBoxes(look, model, part, zoom)));
  return found;
}

async function textAmong(boxes: readonly Box[], look: Look, { reader }: Search): Promise<Box[]> {
  if (boxes.length > MOST_LINES) return [...boxes];
  const found: Box[] = [];
  for (const box of boxes) {
    const mayBeText = hasContrast(look, box) && isWordOrBright(look, box);
    if (mayBeText && (reader === undefined || (await isLegible(look, box, reader)))) found.push(box);
  }
  return found;
}

/** How much larger lines are looked at whose letters bright tissue may hide in part. */
const ZOOM = 1.5;

/** Lines of a single frame anew, where they lie on tissue. */
async function wholeLines(look: Look, lines: readonly Box[], blanks: Blanks, search: Search): Promise<Box[]> {
  const hard = lines.filter((line) => !isOnPlain(look, line));
  const boxes = await boxesIn(look, search.model, blanks.around(hard), ZOOM);
  const same = boxes.filter((box) => hard.some((line) => meets(box, line)));
  return textAmong(same, look, search);
}

/** Blanks text that comes and goes. */
async function briefLines(clip: Clip, blanks: Blanks, search: Search): Promise<Outcome> {
  let texts = 0;
  for await (const { look, parts, isNew } of briefLooks(clip, search.lookedAt, blanks))
    for (let round = 0; ; round++) {
      const boxes = await boxesIn(blanks.bridged(look), search.model, parts);
      const open = boxes.filter((box) => isNew(box) && !blanks.holds(box));
      const lines = await textAmong(open, look, search);
      if (lines.length === 0) break;
      if (round === SEARCHES || lines.length > MOST_LINES) return { texts, isClean: false };
      texts += lines.length;
      for (const box of lines) blanks.fill(box);
    }
  return { texts, isClean: true };
}

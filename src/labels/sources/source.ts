/**
 * Contract of a source of labels: reads one file, and says what it says of the scans that are there.
 *
 * Contract:
 * - Nothing is guessed: a drawing that does not fit its picture or grid throws a `UserError` that names the file, the
 *   annotation and both numbers. What concerns a scan that is not there is counted and left out.
 * - Free text, names and addresses of people are read for nothing but telling readers apart.
 */
import { UserError } from '../../core/errors.js';
import { bitsOf, unionOf, type Bits } from '../geometry/bits.js';
import type { Canvas } from '../geometry/polygon.js';
import type { Collected, Region, SourceKind } from '../statement.js';
import type { TargetIndex } from '../scans/target-index.js';
import type { Grid, Target } from '../scans/target.js';

export interface LabelFile {
  readonly path: string;
  /** Place among the files given, from 0. */
  readonly number: number;
}

export interface SourceOptions {
  /** Leaves out frames that the annotation program interpolated. */
  readonly dropInterpolated: boolean;
  /** Takes the class that tables of predictions give the highest probability. */
  readonly predicted: boolean;
  /** Reader of all that a file says, where it is by one reader; null: as the source says. */
  readonly readerOf: (file: LabelFile) => string | null;
}

/** Where a source puts what it reads. */
export interface Reading {
  readonly index: TargetIndex;
  readonly options: SourceOptions;
  readonly collected: Collected;
}

export interface Source {
  readonly kind: SourceKind;
  read(file: LabelFile, reading: Reading): Promise<void>;
}

/** Remark on what names a scan that is not there. */
export const ELSEWHERE = 'labels of scans that are not there, left out';

/** Characters that a label may have: it becomes a class, and stands in tables and pictures. */
const LONGEST_LABEL = 100;

/** A label as classes are named: one line, trimmed, not empty. */
export function checkedLabel(label: string, subject: string): string {
  const text = label.replace(/\s+/g, ' ').trim();
  if (text !== '' && text.length <= LONGEST_LABEL) return text;
  throw new UserError({
    subject,
    problem: text === '' ? 'a label has no name' : `a label has ${text.length} characters`,
    fix: `give it a name of 1 to ${LONGEST_LABEL} characters`,
  });
}

/** Bytes of masks of all files together: a hundred structures on each of a thousand scans take less. */
const MOST_MASK_BYTES = 2 ** 32;
const used = new WeakMap<Collected, number>();

/** Adds marks to a slice of a region; marks of none say that somebody looked there. */
export function addMarks(region: Region, slice: number, bits: Bits, collected: Collected): void {
  const before = region.slices.get(slice);
  const all = before === undefined ? bits : unionOf(before, bits);
  const total =
    (used.get(collected) ?? 0) + all.words.byteLength - (before === undefined ? 0 : before.words.byteLength);
  if (total > MOST_MASK_BYTES)
    throw new UserError({
      subject: 'labels',
      problem: `masks take more than ${MOST_MASK_BYTES} bytes`,
      fix: 'read fewer files at once',
    });
  used.set(collected, total);
  region.slices.set(slice, all);
}

/** Adds what is drawn on an empty slice to that slice of a region. */
export function drawOn(
  region: Region,
  slice: number,
  { size: [columns, rows] }: Grid,
  collected: Collected,
  draw: (canvas: Canvas) => void,
): void {
  const pixels = new Uint8Array(columns * rows);
  draw({ pixels, columns, rows });
  addMarks(region, slice, bitsOf(pixels), collected);
}

/** The only target of several; throws where the name fits none or more than one. */
export function onlyTarget(
  found: readonly Target[],
  subject: string,
  what: string,
  fix = 'name its folder as well',
): Target | null {
  const [first, second] = found;
  if (first === undefined) return null;
  if (second === undefined) return first;
  throw new UserError({
    subject,
    problem: `${what} fits ${found.length} scans, such as ${first.path} and ${second.path}`,
    fix,
  });
}

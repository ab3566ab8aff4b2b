/**
 * Contract of a source of labels: reads one file, and says what it says of the scans that are there.
 *
 * Contract:
 * - Nothing is guessed: a drawing that does not fit its picture or grid throws a `UserError` that names the file, the
 *   annotation and both numbers. What concerns a scan that is not there is counted and left out.
 * - Free text, names and addresses of people are read for nothing but telling readers apart.
 */
import { UserError } from '../../core/errors.js';
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

/** Bytes of masks that one file may make; a reader's marks take hardly a hundredth. */
const MOST_MASK_BYTES = 2 ** 31;
const used = new WeakMap<Collected, number>();

/** Mask of a slice within a region, made where it is missing. */
export function sliceMask(region: Region, slice: number, { size }: Grid, collected: Collected): Uint8Array {
  const found = region.slices.get(slice);
  if (found !== undefined) return found;
  const bytes = size[0] * size[1];
  const total = (used.get(collected) ?? 0) + bytes;
  if (total > MOST_MASK_BYTES)
    throw new UserError({
      subject: 'labels',
      problem: `masks take more than ${MOST_MASK_BYTES} bytes`,
      fix: 'read fewer files at once',
    });
  used.set(collected, total);
  const mask = new Uint8Array(bytes);
  region.slices.set(slice, mask);
  return mask;
}

/** The only target of several; throws where the name fits none or more than one. */
export function onlyTarget(found: readonly Target[], subject: string, what: string): Target | null {
  const [first, second] = found;
  if (first === undefined) return null;
  if (second === undefined) return first;
  throw new UserError({
    subject,
    problem: `${what} fits ${found.length} scans, such as ${first.path} and ${second.path}`,
    fix: 'name its folder as well',
  });
}

/**
 * Look-up of a frame's attributes: in its own functional groups, in those that all frames share, or, in classic files,
 * in the data set itself. Files converted from classic ones keep attributes that belong to no group in a group of
 * unassigned ones.
 *
 * Source: DICOM PS3.3 C.7.6.16 (Multi-frame Functional Groups), C.7.6.16.2.25 and .26 (Unassigned Converted Attributes).
 */
import type { DataSet } from 'dicom-parser';
import { decimals, itemsOf, type DicomFile } from './file.js';

const SHARED = 'x52009229';
const PER_FRAME = 'x52009230';
const UNASSIGNED = { perFrame: 'x00209171', shared: 'x00209170' };

/** Value representation of numbers, used if the file does not state it (implicit encodings). */
export type Stored = 'DS' | 'FD' | 'FL' | 'US' | 'UL';

export interface FrameAttributes {
  /** The data sets in which an attribute may be, the most specific first. */
  within(groups: readonly string[]): (DataSet | undefined)[];
  /** Numbers from the first data set that holds `count` of them, or any number if `count` is not given. */
  numbers(groups: readonly string[], tag: string, stored?: Stored, count?: number): number[] | undefined;
  text(groups: readonly string[], tag: string): string | undefined;
}

/** Number of frames that have functional groups of their own; 0 in files without such groups. */
export function describedFrames({ data }: DicomFile): number {
  return itemsOf(data, PER_FRAME).length;
}

/** Returns a function from a frame's number to its attributes. */
export function frameAttributes({ data }: DicomFile): (frame: number) => FrameAttributes {
  const shared = itemsOf(data, SHARED)[0];
  const perFrame = itemsOf(data, PER_FRAME);
  const sharedRest = itemsOf(shared, UNASSIGNED.shared)[0];
  // Looked up once, since they are the same for thousands of frames.
  const inShared = firstItems(shared);
  const atTop = firstItems(data);
  return (frame) => {
    const own = perFrame[frame];
    const rest = [itemsOf(own, UNASSIGNED.perFrame)[0], sharedRest];
    const within = (groups: readonly string[]): (DataSet | undefined)[] => [
      ...groups.map((group) => itemsOf(own, group)[0]),
      ...groups.map(inShared),
      ...rest,
      // Some files, and all classic ones of the newer modules, have the sequence at top level.
      ...groups.map(atTop),
      data,
    ];
    return {
      within,
      numbers: (groups, tag, stored = 'DS', count) =>
        within(groups)
          .map((set) => numbersIn(set, tag, stored, count))
          .find((numbers) => numbers !== undefined),
      text: (groups, tag) =>
        within(groups)
          .map((set) => textIn(set, tag))
          .find((text) => text !== undefined),
    };
  };
}

function firstItems(data: DataSet | undefined): (group: string) => DataSet | undefined {
  const known = new Map<string, DataSet | undefined>();
  return (group) => {
    if (!known.has(group)) known.set(group, itemsOf(data, group)[0]);
    return known.get(group);
  };
}

function textIn(data: DataSet | undefined, tag: string): string | undefined {
  const text = data?.string(tag)?.trim();
  return text === '' ? undefined : text;
}

const BYTES: Readonly<Record<Exclude<Stored, 'DS'>, number>> = { FD: 8, FL: 4, US: 2, UL: 4 };

/** Finite numbers, by the value representation that the file states, else as `stored`. */
export function numbersIn(
  data: DataSet | undefined,
  tag: string,
  stored: Stored,
  count?: number,
): number[] | undefined {
  const element = data?.elements[tag];
  if (data === undefined || element === undefined || element.length === 0) return undefined;
  const stated = element.vr ?? stored;
  const known = stated === 'UN' ? stored : stated;
  if (known === 'DS' || known === 'IS') return decimals(data, tag, count);
  if (!Object.hasOwn(BYTES, known)) return undefined;
  const type = known as Exclude<Stored, 'DS'>;
  const found = Math.floor(element.length / BYTES[type]);
  const read = { FD: 'double', FL: 'float', US: 'uint16', UL: 'uint32' } as const;
  const numbers = Array.from({ length: found }, (_, i) => data[read[type]](tag, i));
  return (count === undefined || found === count) && found > 0 && numbers.every(isFiniteNumber)
    ? numbers
    : undefined;
}

function isFiniteNumber(value: number | undefined): value is number {
  return Number.isFinite(value);
}

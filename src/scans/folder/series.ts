/**
 * Grouping of files into scans: files of one series in one folder are one scan, and so are parts of a series that lie
 * in several folders and complete each other. Remarks name files that may be missing from a series.
 *
 * Copies of a series in other folders stay scans of their own, to be recognised by their content. Parts that overlap,
 * such as one folder per moment of a dynamic series, stay separate as well.
 */
import { basename, dirname, extname } from 'node:path';
import { printable } from '../../core/unseen.js';
import { upperMedian } from '../../core/statistics/quantiles.js';
import { partsOf, type Part } from './parts.js';
import type { Member } from './scan-file.js';

/** Files of one scan, by name, with remarks about it. */
export interface Group {
  readonly members: readonly [Member, ...Member[]];
  readonly remarks: readonly string[];
  /** The scan among those in these files, if the series holds several. */
  readonly part: Part | null;
}

/** Distance in mm below which slices are at the same position. */
const SAME = 0.01;

/** Ratio of a step to the usual step above which it is a gap; the rule of `arrange.ts`. */
const GAP = 1.5;

/** @param found all files that are scans or parts of some, in order */
export function groupsOf(found: readonly Member[]): Group[] {
  const series = new Map<string, Member[]>();
  for (const member of found) {
    const { facts, file } = member;
    const key = facts === undefined ? file.path : JSON.stringify([facts.series, file.patient, file.split]);
    listIn(series, key).push(member);
  }
  return [...series.values()]
    .flatMap((members) => partsOf(members, ({ facts }) => facts?.looks ?? []))
    .flatMap(({ members, part }) => groupsIn(members, part));
}

/** Returns the list at `key`, a new one if there is none. */
export function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const found = lists.get(key);
  if (found !== undefined) return found;
  const list: T[] = [];
  lists.set(key, list);
  return list;
}

/** Makes one scan of the files, or one for each folder. */
function groupsIn(members: readonly Member[], part: Part | null): Group[] {
  const folders = new Map<string, Member[]>();
  for (const member of members) {
    listIn(folders, dirname(member.file.path)).push(member);
  }
  const apart = [...folders.values()];
  if (apart.length > 1 && completeEachOther(members)) return groupOf(members, part, [joinedText(apart)]);
  return apart.flatMap((own) =>
    copiesOf(own).flatMap((copy) => groupOf(copy, part, elsewhereText(own, apart))),
  );
}

function groupOf(members: readonly Member[], part: Part | null, remarks: readonly string[]): Group[] {
  const [first, ...others] = members;
  return first === undefined
    ? []
    : [{ members: [first, ...others], part, remarks: [...remarks, ...(part?.remarks ?? [])] }];
}

/** Splits a series of which every file is there equally often into its copies; other duplicates are reported later. */
function copiesOf(members: readonly Member[]): (readonly Member[])[] {
  const instances = new Map<string, Member[]>();
  for (const member of members) listIn(instances, instanceOf(member)).push(member);
  const copies = [...instances.values()];
  const count = copies[0]?.length ?? 1;
  if (count === 1 || copies.some(({ length }) => length !== count)) return [members];
  return Array.from({ length: count }, (_, copy) => copies.flatMap((same) => same.slice(copy, copy + 1)));
}

function instanceOf({ facts, file }: Member): string {
  return facts?.instance ?? file.path;
}

/** True if no slice and no position occurs twice and together they leave no gap. */
function completeEachOther(members: readonly Member[]): boolean {
  if (new Set(members.map(instanceOf)).size < members.length) return false;
  const places = members.flatMap(({ facts }) => facts?.place ?? []).sort((a, b) => a - b);
  if (places.length < members.length) return false;
  const steps = places.slice(1).map((place, i) => place - (places[i] as number));
  const usual = upperMedian(steps) ?? 0;
  return steps.every((step) => step >= SAME && step <= GAP * usual);
}

function joinedText(parts: readonly (readonly Member[])[]): string {
  const folders = parts.flatMap(([first]) => (first === undefined ? [] : folderOf(first)));
  return `its slices lie in ${parts.length} folders: ${folders.slice(0, 4).join(', ')}${folders.length > 4 ? ' …' : ''}`;
}

/** Remark on parts of a series that other folders hold and this one does not. */
function elsewhereText(part: readonly Member[], parts: readonly (readonly Member[])[]): string[] {
  const own = new Set(part.map(instanceOf));
  const others = parts
    .filter((other) => other !== part)
    .map((other) => other.filter((member) => !own.has(instanceOf(member))))
    .filter((other) => other.length > 0);
  const [first] = others[0] ?? [];
  if (first === undefined) return [];
  const count = new Set(others.flat().map(instanceOf)).size;
  const more = others.length > 1 ? ` and ${others.length - 1} more folders` : '';
  return [`${count} other ${count === 1 ? 'file' : 'files'} of its series in ${folderOf(first)}${more}`];
}

function folderOf({ file }: Member): string {
  const folder = dirname(file.name);
  return folder === '.' ? 'the folder itself' : folder;
}

/**
 * Remark on files in a series' folders that might be slices, too: broken ones of its format, or ones of no known format
 * that are named like its own.
 *
 * @param strays paths of files that could not be recognised, or not be opened
 */
export function lostText({ members }: Group, strays: ReadonlyMap<string, readonly string[]>): string[] {
  const [first] = members;
  if (first.facts?.place == null) return [];
  const endings = new Set(members.map(({ file }) => endingOf(file.path)));
  const folders = new Set(members.map(({ file }) => dirname(file.path)));
  const lost = [...folders]
    .flatMap((folder) => strays.get(folder) ?? [])
    .filter((path) => endings.has(endingOf(path)));
  if (lost.length === 0) return [];
  const [one = ''] = lost;
  const more = lost.length > 1 ? ` and ${lost.length - 1} more` : '';
  return [`may lack slices: ${printable(basename(one))}${more} beside them can not be read`];
}

/** Ending of a file name; a number after a point counts files and is no ending. */
function endingOf(path: string): string {
  const ending = extname(path).toLowerCase();
  return /^\.\d*$/.test(ending) ? '' : ending;
}

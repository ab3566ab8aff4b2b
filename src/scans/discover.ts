/**
 * The scans of a folder: of a manifest's files, or of all files at any depth, in a fixed order; and what else is there.
 *
 * Most files are a scan each; of formats that spread scans over files (DICOM), those of one series are put together.
 */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError, printable } from '../core/errors.js';
import type { FileFacts, Format } from './formats/format.js';
import { detectFormat, formats } from './formats/index.js';
import { NO_SCAN, countsText, type LeftOut } from './left-out.js';
import { readManifest } from './manifest.js';
import type { ScanOptions } from './options.js';
import type { ScanIndex } from './scan-index.js';
import { walk } from './walk.js';

export interface ScanFile {
  /** Its files, the first by name first. */
  readonly paths: readonly [string, ...string[]];
  /** The first file as the user knows it: relative to the folder, or as the manifest names it. */
  readonly name: string;
  readonly format: Format | undefined;
  /** Files of one patient have the same; where nothing says whose it is, every scan is a patient. */
  readonly patient: string;
  /** What orders patients: depends on what the user gave, and on nothing that is random. */
  readonly rank: string;
  /** Where a manifest fixes it. */
  readonly split: 'train' | 'validation' | null;
  readonly modality: string | null;
}

/** A file or folder to look at, and what a manifest says of it. */
export type Listed = Pick<ScanFile, 'name' | 'split' | 'modality'> & {
  readonly path: string;
  readonly patient: string | null;
  /** Named by a manifest itself, and not found in a folder. */
  readonly named?: boolean;
};

export interface Discovery {
  readonly files: readonly ScanFile[];
  readonly leftOut: readonly LeftOut[];
}

export async function discoverScans(
  folder: string,
  options: Pick<ScanOptions, 'manifest' | 'include'>,
  index: ScanIndex,
  onProgress?: (done: number, total: number, name: string) => void,
): Promise<Discovery> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UserError({
      subject: folder,
      problem: 'not a folder',
      fix: 'name the folder that holds the scans',
    });
  }
  const { listed, leftOut } = filesOf(folder, options.manifest);
  const scans = new Map<string, Group>();
  for (const [at, file] of listed.entries()) {
    onProgress?.(at, listed.length, file.name);
    const found = await lookAt(file, index);
    const aside = asideOf(found, options.include);
    if (aside !== null) {
      leftOut.push({ path: file.name, ...aside });
      continue;
    }
    const { facts } = found;
    const key = facts === undefined ? file.path : `${facts.series}|${dirname(file.path)}`;
    const before = scans.get(key);
    if (before === undefined) scans.set(key, [found]);
    else before.push(found);
  }
  onProgress?.(listed.length, listed.length, '');
  if (scans.size === 0) {
    throw new UserError({
      subject: folder,
      problem: `holds no scans${leftOut.length === 0 ? '' : `, but ${countsText(leftOut)}`}`,
      fix: `put files in it that end in ${formats.flatMap((format) => format.extensions).join(', ')}`,
    });
  }
  return { files: [...scans.values()].flatMap(copiesOf).map(scanOf), leftOut };
}

/** The files to look at: what a manifest lists, else all of the folder. */
function filesOf(
  folder: string,
  manifest: string | undefined,
): { listed: readonly Listed[]; leftOut: LeftOut[] } {
  const whole = { path: folder, name: '', patient: null, split: null, modality: null };
  const found = (manifest === undefined ? [whole] : readManifest(manifest, folder)).map(filesWithin);
  return { listed: found.flatMap(({ files }) => files), leftOut: found.flatMap((each) => each.leftOut) };
}

/** The file itself, or all files of a folder. */
function filesWithin(listed: Listed): { files: Listed[]; leftOut: readonly LeftOut[] } {
  if (statSync(listed.path, { throwIfNoEntry: false })?.isDirectory() !== true)
    return { files: [{ ...listed, name: printable(listed.name), named: true }], leftOut: [] };
  const prefix = listed.name === '' ? '' : `${listed.name.replace(/\/+$/, '')}/`;
  const { files, leftOut } = walk(listed.path);
  return {
    files: files.map(({ path, name }) => ({ ...listed, path, name: printable(prefix + name), named: false })),
    leftOut: leftOut.map((entry) => ({ ...entry, path: printable(prefix) + entry.path })),
  };
}

/** The files of one series, by name. */
type Group = [Member, ...Member[]];

interface Member {
  readonly file: Listed;
  readonly format: Format | undefined;
  readonly facts: FileFacts | undefined;
}

async function lookAt(file: Listed, index: ScanIndex): Promise<Member & { closed: boolean }> {
  let format: Format | undefined;
  try {
    format = await detectFormat(file.path);
  } catch {
    // A scan that can not be opened; reading it says why.
    return { file, format, facts: undefined, closed: true };
  }
  return { file, format, facts: await factsOf(file.path, format, index), closed: false };
}

/** What a file is and why it is left out; null for a scan, and for what the user asks for. */
function asideOf(
  { file, format, facts, closed }: Member & { closed: boolean },
  include: ScanOptions['include'],
): Omit<LeftOut, 'path'> | null {
  // What a manifest names itself is reported even where it is no scan.
  if (format === undefined)
    return closed || file.named === true ? null : { what: NO_SCAN, reason: 'of no known format' };
  const what = facts?.aside ?? null;
  return what === null || include.includes(what)
    ? null
    : { what, reason: `nothing to train on; "include": ["${what}"] in the scans of an experiment uses it` };
}

/** A series that lies there several times over, as so many series; doubles of some files alone are left to be found. */
function copiesOf(group: Group): Group[] {
  const instances = new Map<string, Member[]>();
  for (const member of group) {
    const instance = member.facts?.instance ?? member.file.path;
    instances.set(instance, [...(instances.get(instance) ?? []), member]);
  }
  const copies = [...instances.values()];
  const count = copies[0]?.length ?? 1;
  if (count === 1 || copies.some(({ length }) => length !== count)) return [group];
  return Array.from({ length: count }, (_, copy) => copies.map((members) => members[copy]) as Group);
}

function scanOf(group: Group): ScanFile {
  const [{ file, format, facts }, ...others] = group;
  const { name, split, modality } = file;
  return {
    paths: [file.path, ...others.map((other) => other.file.path)],
    name,
    format,
    patient: file.patient ?? facts?.patient ?? facts?.study ?? name,
    rank: file.patient ?? name,
    split,
    modality,
  };
}

async function factsOf(
  path: string,
  format: Format | undefined,
  index: ScanIndex,
): Promise<FileFacts | undefined> {
  try {
    return format === undefined ? undefined : await index.facts(path, format);
  } catch {
    // A broken file is a scan of its own; reading it says what is broken.
    return undefined;
  }
}

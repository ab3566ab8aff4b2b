/**
 * The scans of a folder: of a manifest's files, or of all files at any depth, in a fixed order.
 *
 * Most files are a scan each; of formats that spread scans over files (DICOM), those of one series are put together.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { UserError } from '../core/errors.js';
import type { FileFacts, Format } from './formats/format.js';
import { detectFormat, formats } from './formats/index.js';
import { readManifest } from './manifest.js';
import type { ScanOptions } from './options.js';
import type { ScanIndex } from './scan-index.js';

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
};

export async function discoverScans(
  folder: string,
  options: Pick<ScanOptions, 'manifest'>,
  index: ScanIndex,
  onProgress?: (done: number, total: number, name: string) => void,
): Promise<ScanFile[]> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UserError({
      subject: folder,
      problem: 'not a folder',
      fix: 'name the folder that holds the scans',
    });
  }
  const given = options.manifest !== undefined;
  const listed =
    options.manifest === undefined
      ? filesWithin({ path: folder, name: '', patient: null, split: null, modality: null })
      : readManifest(options.manifest, folder).flatMap((row) => filesWithin(row));
  const scans = new Map<string, Group>();
  for (const [at, file] of listed.entries()) {
    onProgress?.(at, listed.length, file.name);
    const format = await formatWithin(file.path);
    // What a manifest names itself is reported even where it is no scan.
    if (format === undefined && !given) continue;
    const facts = await factsOf(file.path, format, index);
    const key = facts?.series ?? file.path;
    const before = scans.get(key);
    if (before !== undefined) {
      before.push({ file, format, facts });
      continue;
    }
    scans.set(key, [{ file, format, facts }]);
  }
  onProgress?.(listed.length, listed.length, '');
  if (scans.size === 0) {
    throw new UserError({
      subject: folder,
      problem: 'holds no scans',
      fix: `put files in it that end in ${formats.flatMap((format) => format.extensions).join(', ')}`,
    });
  }
  return [...scans.values()].flatMap(copiesOf).map(scanOf);
}

/** The files of one series, by name. */
type Group = [Member, ...Member[]];

interface Member {
  readonly file: Listed;
  readonly format: Format | undefined;
  readonly facts: FileFacts | undefined;
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

/** Unreadable files are of no known format; reading them again says why. */
async function formatWithin(path: string): Promise<Format | undefined> {
  try {
    return await detectFormat(path);
  } catch {
    return undefined;
  }
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

/** The file itself, or all files of a folder, sorted by name; hidden ones and linked folders are left out. */
function filesWithin(listed: Listed): Listed[] {
  if (statSync(listed.path, { throwIfNoEntry: false })?.isDirectory() !== true) return [listed];
  const prefix = listed.name === '' ? '' : `${listed.name.replace(/\/+$/, '')}/`;
  return listFiles(listed.path)
    .map((path) => ({ ...listed, path, name: prefix + relative(listed.path, path).split(sep).join('/') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return listFiles(path);
    const isFile =
      entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile());
    return isFile === true ? [path] : [];
  });
}

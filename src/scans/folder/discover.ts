/**
 * Finds the scans of a folder, among a manifest's files or all files at any depth, in a fixed order, and other files.
 *
 * Most files are a scan each; in formats that spread scans over files (DICOM), files of one series are combined.
 */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../core/errors.js';
import { printable } from '../../core/unseen.js';
import { asideReason, isMeantAlone } from '../formats/asides.js';
import type { FileFacts, Format } from '../formats/format.js';
import { detectFormat, formats } from '../formats/index.js';
import { NO_SCAN, countsText, type LeftOut } from './left-out.js';
import { readManifest, TEST_SCAN } from './manifest.js';
import type { ScanOptions } from '../options.js';
import type { ScanIndex } from '../cache/scan-index.js';
import { groupsOf, listIn, lostText, type Group } from './series.js';
import type { Listed, Member, ScanFile } from './scan-file.js';
import { SPECIAL, walk } from './walk.js';

export interface Discovery {
  readonly files: readonly ScanFile[];
  readonly leftOut: readonly LeftOut[];
}

export interface WithTest {
  /** True where scans that the manifest keeps for the test are read as well: never while a network is searched or trained. */
  readonly withTest?: boolean;
}

export async function discoverScans(
  folder: string,
  options: Pick<ScanOptions, 'manifest' | 'include'> & WithTest,
  index: Pick<ScanIndex, 'facts'>,
  onProgress?: (done: number, total: number, name: string) => void,
): Promise<Discovery> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UserError({
      subject: folder,
      problem: 'not a folder',
      fix: 'name the folder that holds the scans',
    });
  }
  const { listed, leftOut } = filesOf(folder, options);
  const found: Member[] = [];
  const unknown: Listed[] = [];
  const strays = new Map<string, string[]>();
  const asides: Aside[] = [];
  for (const [at, file] of listed.entries()) {
    onProgress?.(at, listed.length, file.name);
    const member = await lookAt(file, index);
    const aside = member.facts?.aside ?? null;
    if (isStray(member)) listIn(strays, dirname(file.path)).push(file.path);
    if (aside !== null && !(options.include as readonly string[]).includes(aside))
      asides.push({ ...member, what: aside });
    else if (member.format === undefined && !member.closed && file.named !== true) unknown.push(file);
    // Files that a manifest names are reported even if they are no scans.
    else found.push(member);
  }
  onProgress?.(listed.length, listed.length, '');
  const meant = found.some(isScan) ? [] : asides.filter(({ what }) => isMeantAlone(what));
  const used = meant.length === 0 ? found : inOrder([...found, ...meant], listed);
  for (const aside of asides)
    if (!meant.includes(aside))
      leftOut.push({ path: aside.file.name, what: aside.what, reason: asideReason(aside.what) });
  leftOut.push(...(await unused(unknown, used)));
  if (used.length === 0) {
    throw new UserError({
      subject: folder,
      problem: `holds no scans${leftOut.length === 0 ? '' : `, but ${countsText(leftOut)}`}`,
      fix: leftOut.some(({ what }) => what === TEST_SCAN)
        ? 'give some scans of the manifest another split than test'
        : `put files in it that end in ${formats.flatMap((format) => format.extensions).join(', ')}`,
    });
  }
  return {
    files: groupsOf(used).map((group) => scanOf(group, [...group.remarks, ...lostText(group, strays)])),
    leftOut,
  };
}

/** Files to examine: those that a manifest lists, else all of the folder. */
function filesOf(
  folder: string,
  { manifest, withTest = false }: Pick<ScanOptions, 'manifest'> & WithTest,
): { listed: readonly Listed[]; leftOut: LeftOut[] } {
  const whole = { path: folder, name: '', patient: null, split: null, modality: null };
  const { listed, leftOut } =
    manifest === undefined ? { listed: [whole], leftOut: [] } : readManifest(manifest, folder, { withTest });
  const found = listed.map(filesWithin);
  return {
    listed: found.flatMap(({ files }) => files),
    leftOut: [...leftOut, ...found.flatMap((each) => each.leftOut)],
  };
}

/** Lists the file itself, or all files of a folder. */
function filesWithin(listed: Listed): { files: Listed[]; leftOut: readonly LeftOut[] } {
  const found = statSync(listed.path, { throwIfNoEntry: false });
  const name = printable(listed.name);
  // Opening a pipe would block until somebody writes to it.
  if (found !== undefined && !found.isDirectory() && !found.isFile())
    return { files: [], leftOut: [{ path: name, what: 'special file', reason: SPECIAL }] };
  if (found?.isDirectory() !== true) return { files: [{ ...listed, name, named: true }], leftOut: [] };
  const prefix = listed.name === '' ? '' : `${listed.name.replace(/\/+$/, '')}/`;
  const { files, leftOut } = walk(listed.path);
  return {
    files: files.map(({ path, name }) => ({ ...listed, path, name: printable(prefix + name), named: false })),
    leftOut: leftOut.map((entry) => ({ ...entry, path: printable(prefix) + entry.path })),
  };
}

async function lookAt(file: Listed, index: Pick<ScanIndex, 'facts'>): Promise<Member> {
  let format: Format | undefined;
  try {
    format = await detectFormat(file.path);
  } catch {
    // A scan that can not be opened; reading it reports why.
    return { file, format, facts: undefined, closed: true };
  }
  return { file, format, facts: await factsOf(file.path, format, index), closed: false };
}

/** A file that its format declares not to be for training. */
type Aside = Member & { readonly what: string };

/** True for files known to be scans, rather than files that can not be read. */
function isScan({ format, facts }: Member): boolean {
  return format !== undefined && (format.facts === undefined || facts !== undefined);
}

function inOrder(members: readonly Member[], listed: readonly Listed[]): Member[] {
  const ranks = new Map(listed.map((file, rank) => [file, rank]));
  const rankOf = ({ file }: Member): number => ranks.get(file) ?? 0;
  return [...members].sort((a, b) => rankOf(a) - rankOf(b));
}

/** True for a possible lost slice: of no known format, or broken and of a format whose scans span several files. */
function isStray({ format, facts }: Member): boolean {
  return facts === undefined && (format === undefined || format.facts !== undefined);
}

/** Files of no known format, except data files that hold the voxels of a scan's header file. */
async function unused(unknown: readonly Listed[], found: readonly Member[]): Promise<LeftOut[]> {
  const folders = new Set(unknown.map(({ path }) => dirname(path)));
  const parts = new Set<string>();
  for (const { file, format } of found) {
    if (format?.parts === undefined || !folders.has(dirname(file.path))) continue;
    // A header that can not be read is a broken scan, which its reading reports.
    for (const part of await format.parts(file.path).catch(() => [])) parts.add(part);
  }
  return unknown
    .filter(({ path }) => !parts.has(path))
    .map(({ path, name }) => ({
      path: name,
      what: NO_SCAN,
      reason: VOXELS.test(path) ? 'voxels that no header beside it names' : 'of no known format',
    }));
}

/** Endings of files that hold voxels and nothing else. */
const VOXELS = /\.(img|z?raw)(\.gz)?$/i;

function scanOf({ members, part }: Group, remarks: readonly string[]): ScanFile {
  const [{ file, format, facts }, ...others] = members;
  const { name, split, modality, stated = null } = file;
  return {
    paths: [file.path, ...others.map((other) => other.file.path)],
    part,
    name,
    format,
    patient: file.patient ?? facts?.patient ?? facts?.study ?? name,
    rank: file.patient ?? name,
    split,
    modality,
    stated,
    remarks,
  };
}

async function factsOf(
  path: string,
  format: Format | undefined,
  index: Pick<ScanIndex, 'facts'>,
): Promise<FileFacts | undefined> {
  try {
    return format === undefined ? undefined : await index.facts(path, format);
  } catch {
    // A broken file is a scan of its own; reading it reports what is broken.
    return undefined;
  }
}

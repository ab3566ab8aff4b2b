/**
 * Reads one scan from the cache if its content was prepared before, else from its files.
 */
import { basename } from 'node:path';
import { UserError, messageOf } from '../core/errors.js';
import { printable } from '../core/unseen.js';
import { sha256 } from '../core/hash.js';
import { cacheKey, type CachedScan } from './cache/cache.js';
import type { ScanFile } from './folder/scan-file.js';
import { withStated } from './folder/stated.js';
import type { Format, RawScan, ScanInfo } from './formats/format.js';
import type { ScanFolder } from './folder/scan-folder.js';
import type { Transforms } from './options.js';
import { prepare } from './preprocess/preprocess.js';
import type { PreparedVolume } from './preprocess/volumes.js';

export interface Usable {
  readonly file: ScanFile;
  readonly key: string;
  readonly scan: CachedScan;
}

/** A scan that can not be used; `info` is present if its files could be read and their content is the problem. */
export interface Unusable {
  readonly file: ScanFile;
  readonly reason: string;
  readonly info?: ScanInfo;
}

export async function readScan(
  file: ScanFile,
  transforms: Transforms,
  { cache, index }: Pick<ScanFolder, 'cache' | 'index'>,
): Promise<Usable | Unusable> {
  let info: ScanInfo | undefined;
  try {
    const key = cacheKey(await contentOf(file, index), transforms, file.format?.revision ?? 0);
    const cached = await cache.find(key);
    if (cached !== undefined) return { file, key, scan: remarked(cached, file) };
    if (file.format === undefined) return { file, reason: 'of no known format' };
    const raw = await readRaw(file, file.format, transforms.layout);
    info = raw;
    const modality = raw.modality ?? file.modality;
    const scan = await cache.write(key, raw, prepare(file.name, { ...raw, modality }, transforms));
    return { file, key, scan: remarked(scan, file) };
  } catch (thrown) {
    if (!(thrown instanceof UserError || isFileError(thrown))) throw thrown;
    const reason = printable(thrown instanceof UserError ? problemOf(thrown, file) : messageOf(thrown));
    return { file, reason, ...(info === undefined ? {} : { info: withRemarks(info, file) }) };
  }
}

/** Problem text; for a scan of several files, with the name of the file concerned. */
function problemOf({ details: { subject, problem } }: UserError, { paths }: ScanFile): string {
  return paths.length > 1 && paths.includes(subject) ? `${basename(subject)}: ${problem}` : problem;
}

/** Adds remarks on the location of files, which are not cached, since the cache is keyed by content. */
function remarked(scan: CachedScan, file: ScanFile): CachedScan {
  return { ...scan, info: withRemarks(scan.info, file) };
}

function withRemarks(info: ScanInfo, { remarks }: ScanFile): ScanInfo {
  return { ...info, remarks: [...info.remarks, ...remarks] };
}

/** Reads all voxels of a scan, which is prepared anew if its cache entry turns out to be damaged. */
export async function readVolumes(
  { file, key, scan }: Usable,
  transforms: Transforms,
  library: Pick<ScanFolder, 'cache' | 'index'>,
): Promise<PreparedVolume[]> {
  const load = (): PreparedVolume[] =>
    scan.volumes.map((volume, number) => library.cache.load(key, number, volume));
  try {
    return load();
  } catch {
    library.cache.remove(key);
    const again = await readScan(file, transforms, library);
    if ('reason' in again)
      throw new UserError({ subject: file.name, problem: again.reason, fix: 'remove it' });
    return load();
  }
}

/** Reads a scan as it is stored, from its files. `layout`: axes of NumPy arrays, as in the options of scans. */
export async function readRaw(file: ScanFile, format: Format, layout: string | undefined): Promise<RawScan> {
  const { stated = null } = file;
  if (stated === null || format.bare !== true) return readStored(file, format, layout);
  return withStated(file.name, await readStored(file, format, stated.axes ?? layout), stated);
}

function readStored({ paths, part }: ScanFile, format: Format, layout: string | undefined): Promise<RawScan> {
  if (layout !== undefined && format.readAs !== undefined) return format.readAs(layout, paths[0]);
  return part === null || format.readPart === undefined
    ? format.read(...paths)
    : format.readPart(part.look, ...paths);
}

/** Hash of a scan's whole content, independent of file names. */
async function contentOf(
  { paths, part, format, modality, stated = null }: ScanFile,
  index: ScanFolder['index'],
): Promise<string> {
  const contents = [];
  for (const path of [...paths, ...((await format?.parts?.(paths[0])) ?? [])])
    contents.push(await index.content(path));
  const [only] = contents;
  const all = contents.length === 1 && only !== undefined ? only : sha256(contents.sort().join());
  const whole = part === null ? all : `${all} ${part.look}`;
  // A manifest's modality decides how intensities are clipped.
  const known = modality === null ? whole : `${whole} ${modality ?? ''}`;
  return stated === null ? known : `${known} ${JSON.stringify(stated)}`;
}

function isFileError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}

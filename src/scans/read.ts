/**
 * One file, from the cache where its content was prepared before, else read and prepared now.
 */
import { readFile } from 'node:fs/promises';
import { UserError, messageOf, present } from '../core/errors.js';
import { sha256 } from '../core/hash.js';
import { cacheKey, type PreparedScan, type ScanCache } from './cache.js';
import type { ScanFile } from './discover.js';
import type { ScanInfo } from './formats/format.js';
import { formatOf } from './formats/index.js';
import type { Transforms } from './options.js';
import { prepare } from './prepare.js';

export interface Usable {
  readonly file: ScanFile;
  readonly key: string;
  readonly scan: PreparedScan;
}

/** `info` is there where the file could be read and its content is the problem. */
export interface Unusable {
  readonly file: ScanFile;
  readonly reason: string;
  readonly info?: ScanInfo;
}

export async function readScan(
  file: ScanFile,
  transforms: Transforms,
  cache: ScanCache,
): Promise<Usable | Unusable> {
  let info: ScanInfo | undefined;
  try {
    const key = cacheKey(sha256(await readFile(file.path)), transforms);
    const cached = await cache.read(key);
    if (cached !== undefined) return { file, key, scan: cached };
    const format = present(formatOf(file.path) ?? undefined, `a format for ${file.path}`);
    const raw = await format.read(file.path);
    info = raw;
    await cache.write(key, { info: raw, volumes: prepare(file.name, raw, transforms) });
    // Read back, so that voxels lie in shared memory and are the same as in every later run.
    return { file, key, scan: present(await cache.read(key), 'the cache entry just written') };
  } catch (thrown) {
    if (!(thrown instanceof UserError || isFileError(thrown))) throw thrown;
    const reason = thrown instanceof UserError ? thrown.complaint.problem : messageOf(thrown);
    return { file, reason, ...(info === undefined ? {} : { info }) };
  }
}

function isFileError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}

/**
 * Prepared scans on a worker's disk, in the layout of the cache: kept up to a budget, the least recently used out first, never
 * what a process of this machine uses.
 *
 * Uses are files, `uses/PID.RANDOM`, that list entries; those of processes that died count no more. An entry's time of
 * modification is that of its last use.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive, UNFINISHED, unfinishedName } from '../../core/atomic-write.js';
import { UserError } from '../../core/errors.js';
import { sweepCache } from '../../scans/cache/cache.js';

const USES = 'uses';
const ENTRY = /^([0-9a-f]{64})\.zarr$/;

export async function openLocal(directory: string): Promise<void> {
  await mkdir(join(directory, USES), { recursive: true });
  await sweepCache(directory);
}

/** Says that this process uses these entries, until it ends or `release` is called. */
export async function use(directory: string, keys: ReadonlySet<string>): Promise<() => void> {
  const path = join(directory, USES, `${process.pid}.${randomBytes(6).toString('hex')}`);
  const unfinished = unfinishedName(path);
  await writeFile(unfinished, JSON.stringify([...keys]));
  await rename(unfinished, path);
  inUse.add(path);
  if (inUse.size === 1) process.once('exit', releaseAll);
  return () => {
    rmSync(path, { force: true });
    inUse.delete(path);
    if (inUse.size === 0) process.off('exit', releaseAll);
  };
}

/** Files of uses of this process. */
const inUse = new Set<string>();

function releaseAll(): void {
  for (const path of inUse) rmSync(path, { force: true });
}

/** Writes a file of an entry whole, or not at all. */
export async function place(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = unfinishedName(join(directory, 'scan'));
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Marks entries as just used. */
export async function touch(directory: string, keys: Iterable<string>, now = new Date()): Promise<void> {
  for (const key of keys) await utimes(join(directory, `${key}.zarr`), now, now).catch(() => undefined);
}

/** Removes entries until `needed` more bytes fit the budget; throws UserError where all that is left is in use. */
export async function makeRoom(directory: string, needed: number, budget: number): Promise<void> {
  const entries = await entriesIn(directory);
  let held = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const used = await usedIn(directory);
  for (const { key, bytes } of entries) {
    if (held + needed <= budget) return;
    if (used.has(key)) continue;
    const path = join(directory, `${key}.zarr`);
    const gone = unfinishedName(path);
    // Renamed first: nobody finds half of it.
    await rename(path, gone).catch(() => undefined);
    await rm(gone, { recursive: true, force: true });
    held -= bytes;
  }
  if (held + needed <= budget) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new UserError({
    subject: directory,
    problem: `the scans of the search need ${megabytes(held + needed)} with those in use here, ${megabytes(budget)} are allowed`,
    fix: 'allow the worker more disk for scans',
  });
}

interface Entry {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUse: number;
}

/** Entries, the least recently used first. */
async function entriesIn(directory: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const name of await readdir(directory)) {
    const key = ENTRY.exec(name)?.[1];
    if (key === undefined) continue;
    const path = join(directory, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
    entries.push({ key, bytes: await bytesBelow(path), lastUse: mtimeMs });
  }
  return entries.sort((a, b) => a.lastUse - b.lastUse || (a.key < b.key ? -1 : 1));
}

async function bytesBelow(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile())
      sum += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return sum;
}

/** Entries that processes of this machine use. */
async function usedIn(directory: string): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const name of await readdir(join(directory, USES))) {
    if (name.endsWith(UNFINISHED)) continue;
    const path = join(directory, USES, name);
    if (!isAlive(Number(name.split('.')[0]))) {
      await rm(path, { force: true });
      continue;
    }
    for (const key of parsed(await readFile(path, 'utf8').catch(() => '[]'))) used.add(key);
  }
  return used;
}

function parsed(text: string): readonly string[] {
  try {
    const keys = JSON.parse(text) as unknown;
    return Array.isArray(keys) ? keys.map(String) : [];
  } catch {
    return [];
  }
}

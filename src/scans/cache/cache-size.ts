/**
 * Size on disk of the cache of prepared scans, for users who want to free the space.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface CacheSize {
  /** Prepared scans of this version and of others. */
  readonly scans: number;
  /** Size of everything in the folder. */
  readonly bytes: number;
}

/** Size of the cache; zero if there is no such folder. Files that vanish meanwhile do not count. */
export async function cacheSize(directory: string): Promise<CacheSize> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(names.map((name) => bytesIn(join(directory, name))));
  return {
    scans: names.filter((name) => /\.(zarr|scan)$/.test(name)).length,
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Size of a file, or of all files below a folder. */
async function bytesIn(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 0;
  if (!found.isDirectory()) return found.size;
  let sum = 0;
  for (const name of await readdir(path).catch(() => [])) sum += await bytesIn(join(path, name));
  return sum;
}

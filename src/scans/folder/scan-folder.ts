/**
 * A folder of scans together with its index and the cache, which its reading needs.
 */
import { defaultCacheDirectory, openCache, sweepCache, type ScanCache } from '../cache/cache.js';
import { discoverScans, type WithTest } from './discover.js';
import type { ScanFile } from './scan-file.js';
import type { LeftOut } from './left-out.js';
import type { ScanOptions } from '../options.js';
import type { Pseudonym } from '../formats/format.js';
import { openPseudonyms } from '../cache/pseudonym.js';
import { openIndex, type ScanIndex } from '../cache/scan-index.js';
import { resolve } from 'node:path';

export interface ScanFolder {
  readonly files: readonly ScanFile[];
  readonly leftOut: readonly LeftOut[];
  readonly cache: ScanCache;
  readonly index: ScanIndex;
  readonly pseudonym: Pseudonym;
}

export async function openScanFolder(
  folder: string,
  options: ScanOptions & WithTest,
  cacheDirectory = defaultCacheDirectory(),
  onProgress?: (done: number, total: number, name: string) => void,
): Promise<ScanFolder> {
  const cache = openCache(cacheDirectory);
  await sweepCache(cacheDirectory);
  const pseudonym = openPseudonyms(cacheDirectory);
  const index = await openIndex(cacheDirectory, resolve(folder), pseudonym);
  const { files, leftOut } = await discoverScans(folder, options, index, onProgress);
  await index.save();
  return { files, leftOut, cache, index, pseudonym };
}

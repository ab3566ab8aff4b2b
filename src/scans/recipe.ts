/**
 * A scan set as plain data, from which a process without shared memory opens it again out of the cache.
 */
import { UserError } from '../core/errors.js';
import { openCache, type PreparedScan } from './cache.js';
import type { ScanSet, Volume } from './scan-set.js';

export interface ScanRecipe {
  readonly cacheDirectory: string;
  readonly fingerprint: string;
  readonly channels: number;
  readonly volumes: readonly Pick<Volume, 'id' | 'split' | 'patient'>[];
}

/** Which volume of which cache entry an id stands for. */
export const volumeId = (key: string, index: number): string => `${key}.${index}`;

export function scanSetRecipe({ cacheDirectory, fingerprint, channels, volumes }: ScanSet): ScanRecipe {
  if (cacheDirectory === undefined) throw new Error('a scan set that is not in a cache has no recipe');
  return {
    cacheDirectory,
    fingerprint,
    channels,
    volumes: volumes.map(({ id, split, patient }) => ({ id, split, patient })),
  };
}

export async function openScanSet(recipe: ScanRecipe): Promise<ScanSet> {
  const cache = openCache(recipe.cacheDirectory);
  const entries = new Map<string, PreparedScan>();
  const volumes: Volume[] = [];
  for (const { id, split, patient } of recipe.volumes) {
    const [key = '', index = ''] = id.split('.');
    const entry = entries.get(key) ?? (await cache.read(key));
    const prepared = entry?.volumes[Number(index)];
    if (entry === undefined || prepared === undefined) {
      throw new UserError({
        subject: recipe.cacheDirectory,
        problem: `the cached volume ${id} is gone or damaged`,
        fix: 'run the command again; it is prepared anew',
      });
    }
    entries.set(key, entry);
    volumes.push({ id, split, patient, ...prepared });
  }
  const { cacheDirectory, fingerprint, channels } = recipe;
  return { volumes, channels, fingerprint, cacheDirectory };
}

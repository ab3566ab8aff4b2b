/**
 * Transfer of a scan set as plain data, with which another thread or process opens it again.
 */
import { UserError } from '../../core/errors.js';
import { volumeOf } from './boxes.js';
import { openCache } from '../cache/cache.js';
import { ChunkMemory } from '../cache/chunk-memory.js';
import type { PreparedVolume } from '../preprocess/volumes.js';
import {
  memoryVolume,
  type RecipeVolume,
  type ScanRecipe,
  type ScanSet,
  type Volume,
  type VolumeFacts,
} from './scan-set.js';
import { MemoryData, StoredData } from '../cache/volume-data.js';

/** A recipe, with the voxels in shared memory if the set is held whole; for threads of the same process. */
export interface SharedScans {
  readonly recipe: ScanRecipe;
  readonly whole?: readonly { readonly voxels: Float32Array; readonly foreground: Uint8Array }[];
}

/** Id of a volume: its cache entry, and its number there. */
export const volumeId = (key: string, index: number): string => `${key}.${index}`;

export function entryOf({ id }: Pick<VolumeFacts, 'id'>): { readonly key: string; readonly number: number } {
  const [key = '', number = ''] = id.split('.');
  return { key, number: Number(number) };
}

/** Makes the recipe of a set; `openers` is the number of threads or processes that will share its memory budget. */
export function scanSetRecipe(set: ScanSet, openers = 1): ScanRecipe {
  const { recipe } = set;
  if (recipe === undefined) throw new Error('a scan set that is not in a cache has no recipe');
  return { ...recipe, memory: recipe.memory / openers };
}

export function shareScans(set: ScanSet, openers = 1): SharedScans {
  const recipe = scanSetRecipe(set, openers);
  const whole = set.volumes.flatMap(({ data }) =>
    data instanceof MemoryData ? [{ voxels: data.allVoxels, foreground: data.allForeground }] : [],
  );
  return whole.length === set.volumes.length ? { recipe, whole } : { recipe };
}

/** Opens a set in a thread of the process that shares it. */
export function openShared({ recipe, whole }: SharedScans): ScanSet {
  if (whole === undefined) return openChunked(recipe);
  return assembled(
    recipe,
    recipe.volumes.map((volume, i) => {
      const { voxels, foreground } = whole[i] ?? { voxels: new Float32Array(), foreground: new Uint8Array() };
      return memoryVolume(factsOf(volume), voxels, foreground);
    }),
  );
}

/** Opens a set, in memory if it fits. Throws a `UserError` for damaged entries, which are prepared anew next time. */
export function openScanSet(recipe: ScanRecipe): ScanSet {
  if (!fitsMemory(recipe)) return openChunked(recipe);
  const cache = openCache(recipe.cacheDirectory);
  return openWhole(recipe, (volume) => {
    const { key, number } = entryOf(volume);
    try {
      return cache.load(key, number, volume);
    } catch (cause) {
      cache.remove(key);
      const problem = `the cached volume ${volume.id} is gone or damaged`;
      throw new UserError(
        { subject: recipe.cacheDirectory, problem, fix: 'run the command again; it is prepared anew' },
        { cause },
      );
    }
  });
}

export function fitsMemory({ volumes, memory }: Pick<ScanRecipe, 'volumes' | 'memory'>): boolean {
  return bytesOf(volumes) <= memory;
}

/** Bytes of all voxels and masks. */
function bytesOf(volumes: readonly Pick<VolumeFacts, 'shape'>[]): number {
  return volumes.reduce(
    (sum, { shape: [channels, ...size] }) => sum + (4 * channels + 1) * volumeOf(size),
    0,
  );
}

export function openWhole(
  recipe: ScanRecipe,
  load: (volume: RecipeVolume, index: number) => Pick<PreparedVolume, 'voxels' | 'foreground'>,
): ScanSet {
  return assembled(
    recipe,
    recipe.volumes.map((volume, index) => {
      const { voxels, foreground } = load(volume, index);
      return memoryVolume(factsOf(volume), voxels, foreground);
    }),
  );
}

/** Opens a set of which only chunks are read, when crops are drawn. */
export function openChunked(recipe: ScanRecipe): ScanSet {
  const memory = new ChunkMemory(recipe.memory);
  return assembled(
    recipe,
    recipe.volumes.map((volume): Volume => ({
      ...factsOf(volume),
      data: new StoredData(recipe.cacheDirectory, entryOf(volume), volume, memory),
    })),
  );
}

function factsOf({ id, split, patient, modality, shape, spacing, frameTime }: RecipeVolume): VolumeFacts {
  return { id, split, patient, modality, shape, spacing, frameTime };
}

function assembled(recipe: ScanRecipe, volumes: readonly Volume[]): ScanSet {
  const { channels, balance, fingerprint } = recipe;
  return { volumes, channels, balance, fingerprint, recipe };
}

/**
 * Gets the prepared scans of a search onto a worker: from its own prepared scans, from an earlier search, or from the blob
 * store, one GET for each array. Whatever the way, values are those of the coordinator, by their hash.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../../core/errors.js';
import { sizeOf } from '../../core/tensor.js';
import { shardOf, type ArrayName } from '../../scans/cache/cache.js';
import { scanMemory } from '../../scans/cache/voxel-budget.js';
import { entryOf } from '../../scans/sampling/scan-set-transfer.js';
import type { RecipeVolume, ScanRecipe } from '../../scans/sampling/scan-set.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { makeRoom, openLocal, place, touch, use } from './local.js';
import { checkedManifest, type PublishedVolume } from './manifest.js';
import { contentOf } from './publish.js';

export interface FetchOptions {
  /** Folder for what is fetched; may be shared by workers of this machine, and holds nothing else. */
  readonly cacheDirectory: string;
  /** Most bytes on disk for all scans in that folder. */
  readonly budgetBytes: number;
  /** Cache in which this machine has prepared scans of its own, which are taken where their values are the same. */
  readonly own?: string;
  /** Bytes of voxels to hold in memory; see `scanMemory`. */
  readonly memory?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Arrays that are fetched at once. */
const AT_ONCE = 4;

const arrayNames = ['voxels', 'foreground'] as const satisfies readonly ArrayName[];

const uses = new WeakMap<ScanRecipe, () => void>();

/**
 * Returns a recipe that this machine's pools open; its scans stay on disk until `releaseScans`, or the process ends.
 * Throws UserError, in one line, for a list that is none, a blob that is missing, damaged or too large, and a budget that
 * does not hold the set.
 */
export async function fetchScans(
  published: unknown,
  blobs: BlobStore,
  options: FetchOptions,
): Promise<ScanRecipe> {
  const { cacheDirectory, memory = scanMemory(), onProgress } = options;
  const manifest = checkedManifest(published);
  requirePlausible(manifest.volumes);
  await openLocal(cacheDirectory);
  const keys = new Set(manifest.volumes.map((volume) => entryOf(volume).key));
  // From here on nobody removes them.
  const release = await use(cacheDirectory, keys);
  try {
    await makeRoom(cacheDirectory, await missingOf(manifest.volumes, options), options.budgetBytes);
    const volumes: RecipeVolume[] = [];
    for (let start = 0; start < manifest.volumes.length; start += AT_ONCE) {
      options.signal?.throwIfAborted();
      onProgress?.(start, manifest.volumes.length);
      const some = manifest.volumes.slice(start, start + AT_ONCE);
      volumes.push(...(await all(some.map((volume) => fetched(volume, blobs, options)))));
    }
    onProgress?.(volumes.length, volumes.length);
    await touch(cacheDirectory, keys);
    const { channels, balance, fingerprint } = manifest;
    const recipe: ScanRecipe = { channels, balance, fingerprint, cacheDirectory, memory, volumes };
    uses.set(recipe, release);
    return recipe;
  } catch (error) {
    release();
    throw error;
  }
}

/** Says that the scans of a fetched recipe are no longer used: others may take their place. */
export function releaseScans(recipe: ScanRecipe): void {
  uses.get(recipe)?.();
  uses.delete(recipe);
}

/** Results of all; where one failed, all others have ended, too. */
async function all<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Bytes of the arrays that are not there, as far as sizes say. */
async function missingOf(
  volumes: readonly PublishedVolume[],
  { cacheDirectory }: FetchOptions,
): Promise<number> {
  let sum = 0;
  for (const volume of volumes) {
    for (const array of arrayNames) {
      const found = await stat(pathOf(cacheDirectory, volume, array)).catch(() => undefined);
      if (found?.size !== volume.arrays[array].bytes) sum += volume.arrays[array].bytes;
    }
  }
  return sum;
}

async function fetched(
  volume: PublishedVolume,
  blobs: BlobStore,
  options: FetchOptions,
): Promise<RecipeVolume> {
  const { arrays: _, ...facts } = volume;
  const bytes = { voxels: 0, foreground: 0 };
  for (const array of arrayNames) {
    bytes[array] = await fetchedArray(volume, array, blobs, options);
  }
  return { ...facts, bytes };
}

/** Sees to it that an array is there; returns its size on disk. */
async function fetchedArray(
  volume: PublishedVolume,
  array: ArrayName,
  blobs: BlobStore,
  { cacheDirectory, own }: FetchOptions,
): Promise<number> {
  const published = volume.arrays[array];
  const path = pathOf(cacheDirectory, volume, array);
  const there = await readFile(path).catch(() => undefined);
  if (there !== undefined && isSame(volume, array, there)) return there.length;
  const shard = (await ownArray(own, volume, array)) ?? (await blobs.get(published.blob, published.bytes));
  if (shard.length !== published.bytes && !isSame(volume, array, shard)) {
    throw new UserError({
      subject: blobs.name,
      problem: `blob ${published.blob} of a scan has ${shard.length} bytes, not ${published.bytes}`,
      fix: 'start the search again, which puts its scans anew',
    });
  }
  await place(cacheDirectory, path, shard);
  return shard.length;
}

/** The array as this machine has prepared it, if its values are those of the coordinator. */
async function ownArray(
  own: string | undefined,
  volume: PublishedVolume,
  array: ArrayName,
): Promise<Uint8Array | undefined> {
  if (own === undefined) return undefined;
  const shard = await readFile(pathOf(own, volume, array)).catch(() => undefined);
  return shard !== undefined && isSame(volume, array, shard) ? shard : undefined;
}

/** True if an array has the same bytes, or other bytes for the same values. */
function isSame(volume: PublishedVolume, array: ArrayName, shard: Uint8Array): boolean {
  const { blob, content } = volume.arrays[array];
  if (createHash('sha256').update(shard).digest('hex') === blob) return true;
  try {
    return contentOf(volume, array, shard) === content;
  } catch {
    return false; // damaged
  }
}

function pathOf(directory: string, volume: PublishedVolume, array: ArrayName): string {
  const { key, number } = entryOf(volume);
  return shardOf(directory, key, number, array);
}

/** Refuses volumes whose arrays unpack to more than a machine has: their sizes are what others say. */
function requirePlausible(volumes: readonly PublishedVolume[]): void {
  const large = volumes.find(({ shape }) => sizeOf(shape) > LARGEST_VOLUME);
  if (large === undefined) return;
  throw new UserError({
    subject: 'list of scans from the queue',
    problem: `volume ${large.id} has ${large.shape.join(' × ')} values, at most ${LARGEST_VOLUME} are read`,
    fix: 'check who wrote it',
  });
}

/** Values of a volume, of all channels. */
const LARGEST_VOLUME = 2 ** 31;

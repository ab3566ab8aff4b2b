/**
 * Puts the prepared scans of a search into a blob store, one blob for each array; what is there already stays.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../core/errors.js';
import { foregroundGrid, shardOf, voxelGrid, type ArrayName } from '../../scans/cache/cache.js';
import { decodeShard } from '../../scans/cache/zarr/shard.js';
import { volumeOf } from '../../scans/sampling/boxes.js';
import { entryOf } from '../../scans/sampling/scan-set-transfer.js';
import type { RecipeVolume, ScanRecipe } from '../../scans/sampling/scan-set.js';
import type { BlobStore } from '../blobs/blob-store.js';
import type { PublishedArray, PublishedVolume, ScansManifest } from './manifest.js';

export interface PublishOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Returns the list of what was put. Throws UserError for a cache that lost a scan meanwhile. */
export async function publishScans(
  recipe: ScanRecipe,
  blobs: BlobStore,
  { signal, onProgress }: PublishOptions = {},
): Promise<ScansManifest> {
  const { channels, balance, fingerprint, cacheDirectory } = recipe;
  const modalities = [...new Set(recipe.volumes.flatMap(({ modality }) => modality ?? []))];
  const volumes: PublishedVolume[] = [];
  for (const volume of recipe.volumes) {
    signal?.throwIfAborted();
    onProgress?.(volumes.length, recipe.volumes.length);
    const { id, split, patient, shape, spacing, frameTime, tissue, modality } = volume;
    const number = balance === 'modalities' && modality !== null ? modalities.indexOf(modality) : -1;
    const arrays = {
      voxels: await publishArray(cacheDirectory, volume, 'voxels', blobs),
      foreground: await publishArray(cacheDirectory, volume, 'foreground', blobs),
    };
    const facts = { id, split, patient, modality: number < 0 ? null : `m${number}` };
    volumes.push({
      ...facts,
      shape: [...shape],
      spacing: [...spacing],
      frameTime,
      tissue,
      arrays,
    });
  }
  onProgress?.(volumes.length, volumes.length);
  return { version: 1, channels, balance, fingerprint, volumes };
}

async function publishArray(
  directory: string,
  volume: RecipeVolume,
  array: ArrayName,
  blobs: BlobStore,
): Promise<PublishedArray> {
  const { key, number } = entryOf(volume);
  let shard: Uint8Array;
  let content: string;
  try {
    shard = await readFile(shardOf(directory, key, number, array));
    content = contentOf(volume, array, shard);
  } catch (cause) {
    const problem = `the prepared volume ${volume.id} is gone or damaged (${messageOf(cause)})`;
    throw new UserError(
      { subject: directory, problem, fix: 'run the command again; it is prepared anew' },
      { cause },
    );
  }
  return { blob: await blobs.put(shard), bytes: shard.length, content };
}

/** Hash of an array's values, from the array as it is stored; throws if it is damaged. */
export function contentOf(volume: Pick<RecipeVolume, 'shape'>, array: ArrayName, shard: Uint8Array): string {
  const [channels, ...size] = volume.shape;
  const places = volumeOf(size);
  const [grid, values] =
    array === 'voxels'
      ? [voxelGrid(volume), new Float32Array(channels * places)]
      : [foregroundGrid(volume), new Uint8Array(places)];
  decodeShard(grid, Buffer.from(shard.buffer, shard.byteOffset, shard.byteLength), values);
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

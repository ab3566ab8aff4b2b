/**
 * Access to the voxels of a volume: all in memory, or in the cache, from which only the chunks that a box touches are
 * read. Both give the same voxels, so that crops depend neither on available memory nor on earlier reads.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Triple } from '../../core/tensor.js';
import { UserError } from '../../core/errors.js';
import { copyBox, ORIGIN, sumBox, volumeOf } from '../sampling/boxes.js';
import { foregroundGrid, openCache, shardOf, voxelGrid, type CachedVolume } from './cache.js';
import type { ChunkMemory } from './chunk-memory.js';
import { chunkCount, partsOf, type Extents, type Grid } from './zarr/grid.js';
import { decodeChunk, indexBytes, parseIndex, type ZarrData } from './zarr/shard.js';

/** Boxes have `size` voxels `[D, H, W]`, the first of them at `corner`, and lie inside the volume. */
export interface VolumeData {
  /** `[C, …size]`, normalised intensities. */
  voxels(corner: Triple, size: Triple): Float32Array;
  /** `size`, 1 where there is tissue, 0 in air. */
  foreground(corner: Triple, size: Triple): Uint8Array;
  /** Number of voxels with tissue in the box; reads no intensities. */
  tissue(corner: Triple, size: Triple): number;
  /** One channel of `voxels`, written into an array of the box's size; absent where that saves nothing. */
  readonly copyVoxels?: (channel: number, corner: Triple, size: Triple, into: Float32Array) => void;
  /** `foreground`, written into an array of the box's size. */
  readonly copyForeground?: (corner: Triple, size: Triple, into: Uint8Array) => void;
}

export class MemoryData implements VolumeData {
  /** Running count of tissue in each row, made on first use: many more places are tried than crops are cut. */
  private tissueInRows: Uint16Array | undefined;

  constructor(
    private readonly shape: Extents,
    /** `[C, D, H, W]`. */
    readonly allVoxels: Float32Array,
    /** `[D, H, W]`. */
    readonly allForeground: Uint8Array,
  ) {}

  voxels(corner: Triple, size: Triple): Float32Array {
    const [channels] = this.shape;
    const count = volumeOf(size);
    const box = new Float32Array(channels * count);
    for (let c = 0; c < channels; c++) {
      this.copyVoxels(c, corner, size, box.subarray(c * count, (c + 1) * count));
    }
    return box;
  }

  foreground(corner: Triple, size: Triple): Uint8Array {
    const box = new Uint8Array(volumeOf(size));
    this.copyForeground(corner, size, box);
    return box;
  }

  copyVoxels(channel: number, corner: Triple, size: Triple, into: Float32Array): void {
    copyBox(this.allVoxels, this.at(corner, channel), into, { offset: 0, shape: size, corner: ORIGIN }, size);
  }

  copyForeground(corner: Triple, size: Triple, into: Uint8Array): void {
    copyBox(this.allForeground, this.at(corner), into, { offset: 0, shape: size, corner: ORIGIN }, size);
  }

  tissue(corner: Triple, size: Triple): number {
    const [, , height, width] = this.shape;
    const sums = (this.tissueInRows ??= sumsInRows(this.allForeground, width));
    let count = 0;
    for (let z = corner[0]; z < corner[0] + size[0]; z++) {
      for (let y = corner[1]; y < corner[1] + size[1]; y++) {
        const row = (z * height + y) * (width + 1) + corner[2];
        count += (sums[row + size[2]] as number) - (sums[row] as number);
      }
    }
    return count;
  }

  private at(corner: Triple, channel = 0) {
    const [, ...shape] = this.shape;
    return { offset: channel * volumeOf(shape), shape, corner };
  }
}

/** Running sums `[D·H, W + 1]` of a mask's rows, each from 0; rows are shorter than 65,536 voxels. */
function sumsInRows(mask: Uint8Array, width: number): Uint16Array {
  const rows = mask.length / width;
  const sums = new Uint16Array(rows * (width + 1));
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += mask[row * width + x] as number;
      sums[row * (width + 1) + x + 1] = sum;
    }
  }
  return sums;
}

/** A volume of a cache entry; decoded chunks go to `memory`, which all volumes of a set share. */
export class StoredData implements VolumeData {
  private readonly arrays: Record<'allVoxels' | 'allForeground', StoredArray>;

  constructor(
    directory: string,
    { key, number }: { readonly key: string; readonly number: number },
    volume: CachedVolume,
    memory: ChunkMemory,
  ) {
    const damaged = (cause: unknown): UserError => {
      openCache(directory).remove(key);
      const problem = `the cached volume ${key}.${number} is damaged or gone`;
      return new UserError(
        { subject: directory, problem, fix: 'run the command again; it is prepared anew' },
        { cause },
      );
    };
    const array = (name: 'voxels' | 'foreground', grid: Grid): StoredArray => {
      const path = shardOf(directory, key, number, name);
      const keys = memory.reserve(chunkCount(grid) + 1);
      return {
        path,
        bytes: volume.bytes[name],
        grid,
        memory,
        keys,
        damaged,
        item: name === 'voxels' ? 4 : 1,
      };
    };
    this.arrays = {
      allVoxels: array('voxels', voxelGrid(volume)),
      allForeground: array('foreground', foregroundGrid(volume)),
    };
  }

  voxels(corner: Triple, size: Triple): Float32Array {
    const { allVoxels } = this.arrays;
    const box = new Float32Array(allVoxels.grid.shape[0] * volumeOf(size));
    fill(box, allVoxels, corner, size);
    return box;
  }

  foreground(corner: Triple, size: Triple): Uint8Array {
    const box = new Uint8Array(volumeOf(size));
    fill(box, this.arrays.allForeground, corner, size);
    return box;
  }

  tissue(corner: Triple, size: Triple): number {
    const { allForeground } = this.arrays;
    let count = 0;
    for (const { index, inChunk, size: part } of partsOf(allForeground.grid, corner, size)) {
      const chunk = chunkOf(allForeground, index);
      if (chunk !== EMPTY) count += sumBox(chunk as Uint8Array, inChunk, part);
    }
    return count;
  }
}

interface StoredArray {
  readonly path: string;
  readonly bytes: number;
  readonly grid: Grid;
  readonly item: 1 | 4;
  readonly memory: ChunkMemory;
  /** First of its keys in `memory`: that of its index, followed by one per chunk. */
  readonly keys: number;
  /** Makes the error for an array that can not be read. */
  readonly damaged: (cause: unknown) => UserError;
}

/** Stands for a chunk of zeros, which is not stored. */
const EMPTY = new Uint8Array(0);

/** Copies a part of the array into `box`, which must be all zeros. */
function fill(box: ZarrData, array: StoredArray, corner: Triple, size: Triple): void {
  for (const { index, inChunk, inBox, size: part } of partsOf(array.grid, corner, size)) {
    const chunk = chunkOf(array, index);
    if (chunk !== EMPTY) copyBox(chunk, inChunk, box, inBox, part);
  }
}

function chunkOf(array: StoredArray, index: number): ZarrData {
  const { memory, path, grid, item, keys } = array;
  return memory.get(keys + 1 + index, () => {
    const [offset = -1, length = 0] = placesOf(array).subarray(2 * index, 2 * index + 2);
    if (offset < 0) return EMPTY;
    return checked(array, () => decodeChunk(grid, readAt(path, offset, length), item));
  });
}

/** Offsets and lengths of an array's chunks in its file. */
function placesOf(array: StoredArray): Float64Array {
  const { memory, path, grid, bytes, keys } = array;
  return memory.get(keys, () =>
    checked(array, () => parseIndex(readAt(path, bytes - indexBytes(grid), indexBytes(grid)))),
  );
}

function checked<T>({ damaged }: StoredArray, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(cause);
  }
}

function readAt(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    const read = readSync(file, bytes, 0, length, offset);
    if (read !== length) throw new Error(`${read} of ${length} bytes at ${offset}`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/**
 * Boxes of dense arrays: copying one from array to array, and counting in one. Rows run along the last axis.
 *
 * Plain loops, because rows of crops are short and `TypedArray.set` is slow on shared memory.
 */
import type { Triple } from '../../core/tensor.js';

type Voxels = Float32Array | Uint8Array;

/** An array `[D, H, W]`, and the corner of a box in it. */
export interface Place {
  /** Index of the array's first voxel in `data`. */
  readonly offset: number;
  readonly shape: Triple;
  readonly corner: Triple;
}

/** Copies a box of `size` `[D, H, W]` from one array to another of the same type. */
export function copyBox(source: Voxels, from: Place, target: Voxels, to: Place, size: Triple): void {
  // A loop for each type: one loop that has seen both is several times slower.
  if (source instanceof Uint8Array) copyBytes(source, from, target as Uint8Array, to, size);
  else copyFloats(source, from, target as Float32Array, to, size);
}

function copyFloats(source: Float32Array, from: Place, target: Float32Array, to: Place, size: Triple): void {
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let s = rowOf(from, z, y);
      let t = rowOf(to, z, y);
      for (const end = s + size[2]; s < end; s++, t++) target[t] = source[s] as number;
    }
  }
}

function copyBytes(source: Uint8Array, from: Place, target: Uint8Array, to: Place, size: Triple): void {
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let s = rowOf(from, z, y);
      let t = rowOf(to, z, y);
      for (const end = s + size[2]; s < end; s++, t++) target[t] = source[s] as number;
    }
  }
}

/** Sum over a box of `size` `[D, H, W]`; for a mask, the number of its voxels in the box. */
export function sumBox(source: Uint8Array, from: Place, size: Triple): number {
  let sum = 0;
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      let s = rowOf(from, z, y);
      for (const end = s + size[2]; s < end; s++) sum += source[s] as number;
    }
  }
  return sum;
}

function rowOf({ offset, shape, corner }: Place, z: number, y: number): number {
  return offset + ((corner[0] + z) * shape[1] + corner[1] + y) * shape[2] + corner[2];
}

export const ORIGIN: Triple = [0, 0, 0];

export function volumeOf(size: Triple): number {
  return size[0] * size[1] * size[2];
}

/**
 * Volumes and films as NIfTI-1 files: int16, gzip.
 *
 * Source: nifti1.h, https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
import type { Triple } from '../core/tensor.js';
import { gzipSync } from 'node:zlib';
import type { Affine } from './geometry.js';

const HEADER_BYTES = 348;
/** Offset of voxels: the header, and four bytes that say that no extension follows. */
const VOXELS_AT = 352;
const INT16 = 4;
const MILLIMETRES = 2;
const SECONDS = 8;

/** Frames of a film, and seconds from one to the next. */
interface Film {
  readonly count: number;
  readonly time: number;
}

/**
 * @param voxels `[frame, z, y, x]`, x fastest
 * @param size `[x, y, z]`
 * @param steps millimetres (RAS+) that one voxel along each axis moves; negative towards left, posterior, inferior
 * @param frames given for a film
 */
export function niftiFile(voxels: Int16Array, size: Triple, steps: Triple, frames?: Film): Uint8Array {
  const spacing = steps.map(Math.abs) as unknown as Triple;
  const affine: Affine = [
    [steps[0], 0, 0, 0],
    [0, steps[1], 0, 0],
    [0, 0, steps[2], 0],
  ];
  return written(voxels, { size, spacing, affine }, frames);
}

/** Grid of a scan as it is stored; `frames` above 1 make a film. */
export interface WrittenGrid {
  readonly size: Triple;
  readonly spacing: Triple;
  readonly affine: Affine;
  readonly frames: number;
  readonly frameTime: number | null;
}

/** Voxels `[frame, z, y, x]` on the grid of a scan, oblique ones too. */
export function niftiOnGrid(voxels: Int16Array, grid: WrittenGrid): Uint8Array {
  const film = grid.frames > 1 ? { count: grid.frames, time: grid.frameTime ?? 1 } : undefined;
  return written(voxels, grid, film);
}

function written(
  voxels: Int16Array,
  { size, spacing, affine }: Pick<WrittenGrid, 'size' | 'spacing' | 'affine'>,
  frames: Film | undefined,
): Uint8Array {
  const bytes = Buffer.alloc(VOXELS_AT + voxels.byteLength);
  bytes.writeInt32LE(HEADER_BYTES, 0);
  const dimensions = frames === undefined ? [3, ...size, 1] : [4, ...size, frames.count];
  [...dimensions, 1, 1, 1].forEach((extent, i) => bytes.writeInt16LE(extent, 40 + 2 * i));
  bytes.writeInt16LE(INT16, 70);
  bytes.writeInt16LE(16, 72); // bits per voxel
  [1, ...spacing, frames?.time ?? 1, 1, 1, 1].forEach((step, i) => bytes.writeFloatLE(step, 76 + 4 * i));
  bytes.writeFloatLE(VOXELS_AT, 108);
  bytes.writeFloatLE(1, 112); // slope
  bytes.writeUInt8(MILLIMETRES | (frames === undefined ? 0 : SECONDS), 123);
  bytes.writeInt16LE(1, 254); // there is an sform, a row for each axis of the body
  affine.flat().forEach((value, i) => bytes.writeFloatLE(value, 280 + 4 * i));
  bytes.write('n+1\0', 344, 'latin1');
  new Int16Array(bytes.buffer, bytes.byteOffset + VOXELS_AT, voxels.length).set(voxels);
  return gzipSync(bytes);
}

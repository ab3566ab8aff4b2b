/**
 * Volumes and films as NIfTI-1 files: int16, gzip, axes along those of the body.
 *
 * Source: nifti1.h, https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
import type { Triple } from '../core/tensor.js';
import { gzipSync } from 'node:zlib';

const HEADER_BYTES = 348;
/** Offset of voxels: the header, and four bytes that say that no extension follows. */
const VOXELS_AT = 352;
const INT16 = 4;
const MILLIMETRES = 2;
const SECONDS = 8;

/**
 * @param voxels `[frame, z, y, x]`, x fastest
 * @param size `[x, y, z]`
 * @param steps millimetres (RAS+) that one voxel along each axis moves; negative towards left, posterior, inferior
 * @param frames given for a film; `time` in seconds from one frame to the next
 */
export function niftiFile(
  voxels: Int16Array,
  size: Triple,
  steps: Triple,
  frames?: { readonly count: number; readonly time: number },
): Uint8Array {
  const bytes = Buffer.alloc(VOXELS_AT + voxels.byteLength);
  bytes.writeInt32LE(HEADER_BYTES, 0);
  const dimensions = frames === undefined ? [3, ...size, 1] : [4, ...size, frames.count];
  [...dimensions, 1, 1, 1].forEach((extent, i) => bytes.writeInt16LE(extent, 40 + 2 * i));
  bytes.writeInt16LE(INT16, 70);
  bytes.writeInt16LE(16, 72); // bits per voxel
  [1, ...steps.map(Math.abs), frames?.time ?? 1, 1, 1, 1].forEach((spacing, i) =>
    bytes.writeFloatLE(spacing, 76 + 4 * i),
  );
  bytes.writeFloatLE(VOXELS_AT, 108);
  bytes.writeFloatLE(1, 112); // slope
  bytes.writeUInt8(MILLIMETRES | (frames === undefined ? 0 : SECONDS), 123);
  bytes.writeInt16LE(1, 254); // there is an sform, a row for each axis of the body
  steps.forEach((step, axis) => bytes.writeFloatLE(step, 280 + 16 * axis + 4 * axis));
  bytes.write('n+1\0', 344, 'latin1');
  new Int16Array(bytes.buffer, bytes.byteOffset + VOXELS_AT, voxels.length).set(voxels);
  return gzipSync(bytes);
}

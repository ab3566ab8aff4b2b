/**
 * The contract of a scan format: one file in, geometry and voxels as stored out.
 *
 * Contract:
 * - `read` verifies the file before it trusts it: declared sizes against the bytes that are there, compressed data
 *   against a bound. A file that breaks a rule throws a `UserError` that names the file and both numbers.
 * - Voxels are given as stored, rescaled to the format's own units; orientation, spacing and intensity are
 *   handled later, the same for every format.
 * - Geometry is in RAS+ millimetres whatever the format's own frame is (`geometry.ts` converts).
 */
import type { Affine, Triple } from '../geometry.js';

export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

export interface ScanInfo {
  /** Name of the format that read it. */
  readonly format: string;
  /** As the format states it, such as `CT`; null where the format has no such field. */
  readonly modality: string | null;
  /** Voxels along the stored axes `[x, y, z]`, x fastest. */
  readonly size: Triple;
  readonly frames: number;
  /** Millimetres along the stored axes `[x, y, z]`. */
  readonly spacing: Triple;
  /** Seconds from frame to frame; null where unknown or where there is one frame. */
  readonly frameTime: number | null;
  /** From voxel indices `[x, y, z]` to RAS+ millimetres. */
  readonly affine: Affine;
}

export interface RawScan extends ScanInfo {
  /** `[frames, z, y, x]`, x fastest. */
  readonly voxels: VoxelArray;
  /** Voxels that are NaN or infinite in the file; a decoder may have replaced them. */
  readonly nonFinite: number;
}

export interface Format {
  readonly name: string;
  /** Where the format is defined. */
  readonly source: string;
  /** Lower-case endings of file names, with the dot. */
  readonly extensions: readonly string[];
  read(path: string): Promise<RawScan>;
}

/**
 * Contract of a scan format: takes files, returns geometry and voxels as stored.
 *
 * Contract:
 * - `read` verifies a file before it trusts it: declared sizes against the bytes that are there, compressed data
 *   against a bound. A file that breaks a rule throws a `UserError` that names the file and both numbers.
 * - Voxels are given as stored, rescaled to the format's own units (Hounsfield for CT), colours as luma; NaN stays
 *   NaN. Orientation, spacing, frame rate and normalisation are handled later, the same for every format.
 * - Geometry is in RAS+ millimetres whatever the format's own frame is (`geometry.ts` converts).
 * - Nothing that a format hands out names a patient: identifiers go through the pseudonym function that it is given.
 */
import { upperMedian } from '../../core/statistics/quantiles.js';
import type { Triple } from '../../core/tensor.js';
import type { Affine } from '../geometry.js';
import type { Look } from './looks.js';

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
  /** Modality as the format states it, such as `CT`; null if the format has no such field. */
  readonly modality: string | null;
  /** Voxels along the stored axes `[x, y, z]`, x fastest. */
  readonly size: Triple;
  readonly frames: number;
  /**
   * Millimetres along the stored axes `[x, y, z]`. If the file does not say: 1, or, for pixels declared not to be
   * square, their width over their height, 1, 1.
   */
  readonly spacing: Triple;
  /** True if the file says how large its voxels are. */
  readonly calibrated: boolean;
  /** Seconds from frame to frame, the median if it varies; null if unknown or if there is only one frame. */
  readonly frameTime: number | null;
  /** Seconds of each frame since the first if frames are not evenly spaced; null if they are. */
  readonly frameTimes: readonly number[] | null;
  /** Affine from voxel indices `[x, y, z]` to RAS+ millimetres. */
  readonly affine: Affine;
  /** Remarks for the user about a scan that can be used, such as burned-in annotation. */
  readonly remarks: readonly string[];
}

export interface RawScan extends ScanInfo {
  /** Reason why it should not be used although it can be read, such as a missing slice. */
  readonly problem?: string;
  /** `[frames, z, y, x]`, x fastest. */
  readonly voxels: VoxelArray;
  /** `[frames, z, y, x]`, 1 where the file says that nothing was measured, whatever the voxels; absent if nowhere. */
  readonly padding?: Uint8Array;
}

/** Facts that the index keeps about a file of a format whose scans are spread over files; plain data. */
export interface FileFacts {
  /** Files of one folder with equal text belong to one scan. */
  readonly series: string;
  /** Text that is equal in copies of one file. */
  readonly instance: string;
  /** Attributes that distinguish its slices from those of other scans in the series; empty if there are no others. */
  readonly looks: readonly Look[];
  readonly study: string | null;
  readonly patient: string | null;
  /**
   * Its kind where that is nothing to train on, in the singular, such as `segmentation` or `localizer`; such files
   * are listed and left out, unless the options include them. Null for scans.
   */
  readonly aside: string | null;
  /** Position of its slice along the normal in mm; null if it has no position, or holds several slices. */
  readonly place: number | null;
}

/** A keyed hash of an identifier. */
export type Pseudonym = (identifier: string) => string;

/** Report on whether a format can be read on this machine: by which reader, or why not. */
export interface Probe {
  readonly usable: boolean;
  readonly detail: string;
}

export interface Format {
  readonly name: string;
  /** URL of the format's definition. */
  readonly source: string;
  /** 0 at first; raise it whenever the same file gives other voxels or another geometry than before. */
  readonly revision: number;
  /** True if its files say nothing of the size and place of voxels, so that a manifest may. */
  readonly bare?: boolean;
  /** Lower-case endings of file names, with the dot. */
  readonly extensions: readonly string[];
  /** True if a file is of this format whatever it is called, from its first bytes, decompressed. */
  recognises?(head: Uint8Array): boolean;
  /** Reads which scan a file is part of; absent if every file is a scan. */
  facts?(path: string, pseudonym: Pseudonym): Promise<FileFacts>;
  /** Lists further files that hold the voxels of the one at `path`, if its header names any. */
  parts?(path: string): Promise<readonly string[]>;
  /** Reads one scan from its only file, or from all of its files in any order. */
  read(path: string, ...others: readonly string[]): Promise<RawScan>;
  /** Reads one of several scans in these files: the one with the look of this id. */
  readPart?(look: string, path: string, ...others: readonly string[]): Promise<RawScan>;
  /** Reads a file whose header does not name its axes, with the axes of `layout`: see `numpy.ts`. */
  readAs?(layout: string, path: string): Promise<RawScan>;
  /** Checks for the reader; absent if it is always available. */
  readonly probe?: () => Promise<Probe>;
}

/** Seconds since the first frame, and the median step, of frames at these times. */
export function timing(times: readonly number[]): Pick<ScanInfo, 'frameTime' | 'frameTimes'> {
  const steps = times.slice(1).map((time, i) => time - (times[i] as number));
  const median = upperMedian(steps);
  if (median === undefined || !(median > 0) || !steps.every((step) => Number.isFinite(step) && step >= 0))
    return { frameTime: null, frameTimes: null };
  const even = steps.every((step) => Math.abs(step - median) <= 0.01 * median);
  return { frameTime: median, frameTimes: even ? null : times.map((time) => time - (times[0] as number)) };
}

/** Seconds since the first frame, and the step, of frames at one rate. */
export function evenTiming(
  frames: number,
  seconds: number | null,
): Pick<ScanInfo, 'frameTime' | 'frameTimes'> {
  const known = frames > 1 && seconds !== null && seconds > 0 && Number.isFinite(seconds);
  return { frameTime: known ? seconds : null, frameTimes: null };
}

/**
 * Mask of measured voxels as opposed to padding, carried through orientation and resampling as fractions, so that
 * padding counts neither in percentiles nor as tissue.
 *
 * Padding itself is filled with the lowest measured value before any interpolation, and is resampled like any other
 * voxel, so that no padding value, such as 65535, can leak into its neighbours.
 */
import { prepareCine } from './cine.js';
import type { RawScan } from '../formats/format.js';
import { canonicalVoxels, orientationOf } from '../geometry.js';
import type { ScanOptions } from '../options.js';

/** Returns the scan with padding set to the lowest measured value; null if nothing was measured. */
export function filled<T extends RawScan>(scan: T): T | null {
  const { padding } = scan;
  if (padding === undefined) return scan;
  const voxels = Float32Array.from(scan.voxels as ArrayLike<number>);
  let lowest = Infinity;
  for (let i = 0; i < voxels.length; i++)
    if (padding[i] === 0 && (voxels[i] as number) < lowest) lowest = voxels[i] as number;
  if (lowest === Infinity) return null;
  for (let i = 0; i < voxels.length; i++) if (padding[i] === 1) voxels[i] = lowest;
  return { ...scan, voxels };
}

/** Measured fraction from which a voxel counts as measured. */
const HALF = 0.5;

/**
 * Mask with 1 for measured voxels, in canonical orientation `[D, H, W]`; undefined if there is no padding.
 *
 * @param frame number of the frame; without it, voxels must be measured in every frame
 */
export function measuredFrames(scan: RawScan, frame?: number): Float32Array | undefined {
  const { padding, size, frames, affine } = scan;
  if (padding === undefined) return undefined;
  const orientation = orientationOf(affine);
  const paddingAt = (which: number): Float32Array => canonicalVoxels(padding, size, which, orientation);
  if (frame !== undefined) return paddingAt(frame).map((padded) => 1 - padded);
  const measured = paddingAt(0).map((padded) => 1 - padded);
  for (let which = 1; which < frames; which++)
    paddingAt(which).forEach((padded, i) => {
      if (padded === 1) measured[i] = 0;
    });
  return measured;
}

/** Measured fractions `[frames, H, W]` of a clip, resampled like the clip; undefined if there is no padding. */
export function measuredClip(scan: RawScan, options: ScanOptions['cine']): Float32Array | undefined {
  const { padding } = scan;
  if (padding === undefined) return undefined;
  const voxels = padding.map((padded) => 1 - padded);
  return prepareCine({ ...scan, voxels }, options, (shares) => shares).voxels;
}

/** Converts measured fractions to a mask with 1 for measured voxels. */
export function measuredOf(shares: Float32Array | undefined): { measured?: Uint8Array } {
  return shares === undefined
    ? {}
    : { measured: Uint8Array.from(shares, (share) => (share >= HALF ? 1 : 0)) };
}

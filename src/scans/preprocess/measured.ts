/**
 * A scan's measured voxels and its padding: carried through orientation and resampling as shares, so that
 * padding counts neither in percentiles nor as tissue.
 *
 * Padding itself is filled with the lowest value measured before anything is interpolated, and is resampled like any
 * other voxel: no value that was never measured, such as 65535, can reach its neighbours.
 */
import { prepareCine } from './cine.js';
import type { RawScan } from '../formats/format.js';
import { canonicalVoxels, orientationOf } from '../geometry.js';
import type { ScanOptions } from '../options.js';

/** The scan with padding as dark as the darkest that was measured; null where nothing was. */
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

/** A voxel counts as measured where at least half of it was. */
const HALF = 0.5;

/**
 * 1 where something was measured, in canonical orientation `[D, H, W]`; undefined where there is no padding.
 *
 * @param frame one frame; without it, what was measured in every frame
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

/** Shares `[frames, H, W]` that were measured of a clip, brought to its frame rate and pixel spacing. */
export function measuredClip(scan: RawScan, options: ScanOptions['cine']): Float32Array | undefined {
  const { padding } = scan;
  if (padding === undefined) return undefined;
  const voxels = padding.map((padded) => 1 - padded);
  return prepareCine({ ...scan, voxels }, options, (shares) => shares).voxels;
}

/** From shares to a mask: 1 where something was measured. */
export function measuredOf(shares: Float32Array | undefined): { measured?: Uint8Array } {
  return shares === undefined
    ? {}
    : { measured: Uint8Array.from(shares, (share) => (share >= HALF ? 1 : 0)) };
}

/**
 * Preparation of clips, frames of one plane: resampled to one frame rate by their timestamps and to one pixel spacing.
 *
 * Rows and columns stay as the clip is shown, since few clips state the orientation of their plane in the body.
 */
import type { Triple } from '../../core/tensor.js';
import type { RawScan, VoxelArray } from '../formats/format.js';
import type { ScanOptions } from '../options.js';
import { resample, resampledShape } from './resample.js';
import type { Resampled } from './volumes.js';

/** True for one slice with several frames. */
export function isCine({ size, frames }: Pick<RawScan, 'size' | 'frames'>): boolean {
  return size[2] === 1 && frames > 1;
}

/** Extents `[frames, H, W]` after resampling in the plane and then in time, to be checked beforehand. */
export function cineShapes(scan: RawScan, { frameTime, spacing, pixels }: ScanOptions['cine']): Triple[] {
  const [columns, rows] = scan.size;
  const [across, down] = scan.spacing;
  const target = scan.calibrated ? spacing : pixels;
  const inPlane = resampledShape([scan.frames, rows, columns], [1, down, across], [1, target, target]);
  const times = timesOf(scan);
  return [inPlane, [times === null ? scan.frames : framesAt(times, frameTime), inPlane[1], inPlane[2]]];
}

/**
 * Resamples a clip. If it does not state its frame times, frames are assumed to be at the requested rate.
 *
 * @param checked refuses voxels that can not be used, and replaces NaN
 * @returns voxels `[frames, H, W]`
 */
export function prepareCine(
  scan: RawScan,
  { frameTime, spacing, pixels }: ScanOptions['cine'],
  checked: (voxels: Float32Array) => Float32Array,
): Resampled {
  const [columns, rows] = scan.size;
  // In a clip that is not calibrated these are relative, and their ratio is the aspect ratio of a pixel.
  const [across, down] = scan.spacing;
  const target = scan.calibrated ? spacing : pixels;
  const stored = checked(floatsOf(scan.voxels));
  const shape = [scan.frames, rows, columns] as const;
  const [, height, width] = resampledShape(shape, [1, down, across], [1, target, target]);
  const times = timesOf(scan);
  const inPlane = resample(stored, shape, [1, down, across], [1, target, target]).voxels;
  const voxels = times === null ? inPlane : atRate(inPlane, height * width, times, frameTime);
  return {
    voxels,
    shape: [voxels.length / (height * width), height, width],
    spacing: [frameTime, target, target],
    frameTime,
  };
}

function floatsOf(voxels: VoxelArray): Float32Array {
  return voxels instanceof BigInt64Array || voxels instanceof BigUint64Array
    ? Float32Array.from(voxels, Number)
    : new Float32Array(voxels);
}

function timesOf({ frames, frameTime, frameTimes }: RawScan): readonly number[] | null {
  if (frameTimes !== null) return frameTimes;
  return frameTime === null ? null : Array.from({ length: frames }, (_, frame) => frame * frameTime);
}

/**
 * Resamples to frames `step` seconds apart from the first to the last.
 *
 * Each is a weighted mean of neighbouring frames: with weights that fall linearly to zero at the distance `step` if
 * frames are denser than that (to avoid aliasing), else by linear interpolation between two frames.
 *
 * @param voxels `[frames, size]`
 * @param times seconds of each frame, rising
 */
export function atRate(
  voxels: Float32Array,
  size: number,
  times: readonly number[],
  step: number,
): Float32Array {
  const [start, duration] = spanOf(times);
  const count = framesAt(times, step);
  const out = new Float32Array(count * size);
  for (let frame = 0; frame < count; frame++) {
    const weights = weightsAt(times, Math.min(start + frame * step, start + duration), step);
    for (const [from, weight] of weights) {
      for (let i = 0; i < size; i++)
        out[frame * size + i] =
          (out[frame * size + i] as number) + weight * (voxels[from * size + i] as number);
    }
  }
  return out;
}

/** Time of the first frame, and seconds from there to the last. */
function spanOf(times: readonly number[]): readonly [start: number, duration: number] {
  const start = times[0] ?? 0;
  return [start, (times.at(-1) ?? 0) - start];
}

/** Number of frames `step` seconds apart from the first to the last. */
function framesAt(times: readonly number[], step: number): number {
  return Math.floor(spanOf(times)[1] / step + 1e-6) + 1;
}

/** Frames with weights, which sum to 1, for the time `time`. */
function weightsAt(times: readonly number[], time: number, step: number): [number, number][] {
  const after = Math.max(
    1,
    times.findIndex((other) => other >= time),
  );
  const gap = (times[after] as number) - (times[after - 1] as number);
  const reach = Math.max(step, gap);
  const near = times.map((other, index): [number, number] => [index, 1 - Math.abs(other - time) / reach]);
  const used = near.filter(
    ([index, weight]) => weight > 1e-9 && (gap < step || index === after || index === after - 1),
  );
  const total = used.reduce((sum, [, weight]) => sum + weight, 0);
  return used.map(([index, weight]) => [index, weight / total]);
}

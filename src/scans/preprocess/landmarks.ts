/**
 * Histogram matching: maps a scan's percentiles of tissue to those of a reference, piecewise linearly in between.
 *
 * L. Nyúl, J. Udupa, X. Zhang, "New variants of a method of MRI scale standardization", IEEE TMI 2000. MR intensities
 * have no unit; after matching, the same tissue has about the same value in every scan. The reference is given in the
 * experiment as numbers, so that it can be read there and is part of the cache's key.
 */
import { meanOf } from '../../core/statistics/descriptive.js';
import { percentileWithin } from './intensity.js';
import type { Landmarks } from '../options.js';

/** Percentiles of the paper's variant with deciles. */
export const USUAL_PERCENTILES = [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99] as const;

/** Intensities of tissue at `percentiles`. */
export function landmarksOf(
  voxels: Float32Array,
  foreground: Uint8Array,
  percentiles: readonly number[] = USUAL_PERCENTILES,
): number[] {
  return percentiles.map((percent) => percentileWithin(voxels, percent, foreground));
}

/** Maps intensities in place; values beyond the outer landmarks are extrapolated from the outer segments. */
export function matchLandmarks(voxels: Float32Array, foreground: Uint8Array, landmarks: Landmarks): void {
  const found = landmarksOf(voxels, foreground, landmarks.percentiles);
  // Of equal landmarks, as in scans with few grey values, the first one decides.
  const kept = found
    .map((_, i) => i)
    .filter((i) => i === 0 || (found[i] as number) > (found[i - 1] as number));
  const from = kept.map((i) => found[i] as number);
  const to = kept.map((i) => landmarks.values[i] as number);
  if (from.length < 2) return;
  const slopes = from
    .slice(1)
    .map((next, i) => ((to[i + 1] as number) - (to[i] as number)) / (next - (from[i] as number)));
  for (let i = 0; i < voxels.length; i++) {
    const value = voxels[i] as number;
    let segment = 0;
    while (segment < slopes.length - 1 && value > (from[segment + 1] as number)) segment++;
    voxels[i] = (to[segment] as number) + (value - (from[segment] as number)) * (slopes[segment] as number);
  }
}

/**
 * Mean landmarks of several scans, each scaled first so that its outer landmarks are 0 and 100.
 */
export function meanLandmarks(
  scans: readonly (readonly number[])[],
  percentiles: readonly number[],
): Landmarks {
  const values = percentiles.map((_, i) => {
    const scaled = scans.map((found) => {
      const [low, high] = [found[0] as number, found.at(-1) as number];
      return high > low ? (100 * ((found[i] as number) - low)) / (high - low) : 0;
    });
    return meanOf(scaled);
  });
  return { percentiles: [...percentiles], values: values.map((value) => Math.round(1e4 * value) / 1e4) };
}

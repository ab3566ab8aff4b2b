/**
 * Views: a crop as it looks after harmless changes. Tasks that compare views draw two of each crop.
 *
 * A view is a box within the crop at a random place and scale (trilinear), mirrored, normalised, changed in contrast
 * and made noisy. Scale and place differ between the views of a crop, so what remains of the resampling tells nothing.
 */
import type { z } from 'zod';
import type { Triple } from '../../src/core/tensor.js';
import type { Rng } from '../../src/core/random.js';
import type { Crop } from '../../src/scans/sampling/scan-set.js';
import { flip } from './flip.js';
import { between, common, sides, tripleOf, whole } from './options.js';
import { flattenAir, jitterContrast, normalise } from './patch.js';

/** Options of views, for a task's schema. */
export const viewOptions = {
  size: sides(4, 128).default(20).describe('side of a view in voxels, or [depth, height, width]'),
  shift: whole(0, 64).default(4).describe('how far apart the views of a crop may lie, in voxels'),
  zoom: between(0, 0.5).default(0.2).describe('how much larger or smaller a view may be'),
  flips: between(0, 1).default(0.5).describe('probability of a flip along each axis'),
  noise: between(0, 1).default(0.1).describe('standard deviation of noise, after normalisation to 1'),
  foreground: common.foreground,
  contrast: between(0, 0.5).default(0.3).describe('change of contrast between views'),
};

export type ViewOptions = z.output<z.ZodObject<typeof viewOptions>>;

/** The crop that views are drawn from. */
export function viewCrop({ size, shift, zoom }: ViewOptions): Triple {
  const side = (axis: 0 | 1 | 2): number => Math.ceil(tripleOf(size)[axis] * (1 + zoom)) + shift;
  return [side(0), side(1), side(2)];
}

/** The crop's voxels `[C, D, H, W]` with air flattened: the source of all its views. */
export function withoutAir(crop: Crop): Float32Array {
  const voxels = crop.voxels.slice();
  const size = crop.foreground.length;
  for (let at = 0; at < voxels.length; at += size)
    flattenAir(voxels.subarray(at, at + size), crop.foreground);
  return voxels;
}

/** Draws one view `[C, ...size]` of `voxels` `[C, ...crop]` into `target`. */
export function drawView(
  voxels: Float32Array,
  crop: Triple,
  options: ViewOptions,
  rng: Rng,
  target: Float32Array,
): void {
  const size = tripleOf(options.size);
  const scale = rng.uniform(1 - options.zoom, 1 + options.zoom);
  const start = size.map((side, axis) => rng.uniform(0, Math.max(0, (crop[axis] ?? 0) - side * scale)));
  const lines = size.map((side, axis) =>
    sampleLine(side, start[axis] ?? 0, scale, crop[axis] ?? 1),
  ) as unknown as readonly [Line, Line, Line];
  const [cropVoxels, viewVoxels] = [crop, size].map(([d, h, w]) => d * h * w) as [number, number];
  const channels = target.length / viewVoxels;
  for (let c = 0; c < channels; c++) {
    const view = target.subarray(c * viewVoxels, (c + 1) * viewVoxels);
    sample(voxels.subarray(c * cropVoxels, (c + 1) * cropVoxels), crop, lines, view);
    normalise(view);
  }
  for (const axis of [0, 1, 2] as const) if (rng.bool(options.flips)) flip(target, size, axis);
  for (let c = 0; c < channels; c++) {
    const view = target.subarray(c * viewVoxels, (c + 1) * viewVoxels);
    if (options.contrast > 0) jitterContrast(view, options.contrast, rng);
    if (options.noise > 0)
      for (let i = 0; i < view.length; i++) view[i] = (view[i] ?? 0) + options.noise * rng.normal();
  }
}

/** Sampling positions of a view along an axis: the voxel below each, and the weight of the next one. */
interface Line {
  readonly below: Int32Array;
  readonly weight: Float32Array;
}

function sampleLine(count: number, start: number, scale: number, extent: number): Line {
  const below = new Int32Array(count);
  const weight = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const place = Math.min(Math.max(start + (i + 0.5) * scale - 0.5, 0), extent - 1);
    below[i] = Math.min(Math.floor(place), Math.max(0, extent - 2));
    weight[i] = place - (below[i] ?? 0);
  }
  return { below, weight };
}

function sample(
  voxels: Float32Array,
  [, height, width]: Triple,
  [alongD, alongH, alongW]: readonly [Line, Line, Line],
  target: Float32Array,
): void {
  const at = (index: number): number => voxels[index] ?? 0;
  const mix = (a: number, b: number, weight: number): number => a + (b - a) * weight;
  let to = 0;
  for (let d = 0; d < alongD.below.length; d++) {
    const z0 = (alongD.below[d] ?? 0) * height * width;
    const z1 = alongD.weight[d] === 0 ? z0 : z0 + height * width;
    for (let h = 0; h < alongH.below.length; h++) {
      const y0 = (alongH.below[h] ?? 0) * width;
      const y1 = alongH.weight[h] === 0 ? y0 : y0 + width;
      for (let w = 0; w < alongW.below.length; w++, to++) {
        const x0 = alongW.below[w] ?? 0;
        const x = alongW.weight[w] ?? 0;
        const x1 = x === 0 ? x0 : x0 + 1;
        const row = (base: number): number => mix(at(base + x0), at(base + x1), x);
        const [y, z] = [alongH.weight[h] ?? 0, alongD.weight[d] ?? 0];
        target[to] = mix(mix(row(z0 + y0), row(z0 + y1), y), mix(row(z1 + y0), row(z1 + y1), y), z);
      }
    }
  }
}

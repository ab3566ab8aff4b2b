/**
 * Cuts a patch out of a crop and removes what would give away its place in the body.
 */
import type { Triple } from '../../src/core/tensor.js';
import type { Rng } from '../../src/core/random.js';
import { volumeOf } from '../../src/scans/sampling/boxes.js';
import { copyForeground, copyVoxels } from '../../src/scans/sampling/crops.js';
import {
  flattenAir,
  flattenAndNormalise,
  jitterContrast,
  normalise,
} from '../../src/scans/sampling/intensities.js';
import type { Crop } from '../../src/scans/sampling/scan-set.js';
import type { BatchMode } from '../../src/tasks/task.js';
import { level } from './level.js';

export { flattenAir, flattenAndNormalise, jitterContrast, normalise };

/** Share of tissue voxels in the box of `size` voxels at `corner`. */
export function foregroundShare(crop: Crop, corner: Triple, size: Triple): number {
  if (crop.tissue !== undefined) return crop.tissue(corner, size) / (size[0] * size[1] * size[2]);
  const [, , height, width] = crop.shape;
  let count = 0;
  for (let d = 0; d < size[0]; d++) {
    for (let h = 0; h < size[1]; h++) {
      const row = ((corner[0] + d) * height + corner[1] + h) * width + corner[2];
      for (let w = 0; w < size[2]; w++) count += crop.foreground[row + w] ?? 0;
    }
  }
  return count / (size[0] * size[1] * size[2]);
}

/** Changes to the voxels of a patch before a network sees them. */
export interface Appearance {
  /** Strength of random gamma, scale and shift; 0 for none. */
  readonly contrast: number;
  /** True if the linear trend over tissue is removed. */
  readonly level: boolean;
}

/** Normalisation and nothing else. */
export const plain: Appearance = { contrast: 0, level: false };

/** Appearance according to the options; there is no augmentation in evaluation. */
export function appearanceOf(
  { contrast, level = false }: { readonly contrast: number; readonly level?: boolean },
  mode: BatchMode,
): Appearance {
  return { contrast: mode === 'train' ? contrast : 0, level };
}

/** Place of a patch, in voxels of the crop `[D, H, W]`. */
export interface PatchBox {
  /** First voxel. */
  readonly corner: Triple;
  readonly size: Triple;
}

/**
 * Writes the patch `[C, …size]` at `corner` into `target`. What lies in air (noise, tables, sector borders) is
 * replaced by the darkest tissue value of the patch or, where the patch is levelled, by its trend. Then each channel
 * is normalised to mean 0 and standard deviation 1, then, where asked to, raised to a random gamma, scaled and shifted.
 */
export function cutPatch(
  crop: Crop,
  { corner, size }: PatchBox,
  how: Appearance,
  rng: Rng,
  target: Float32Array,
): void {
  const count = volumeOf(size);
  const tissue = tissueOf(crop, corner, size);
  for (let c = 0; c < crop.shape[0]; c++) {
    const patch = target.subarray(c * count, (c + 1) * count);
    copyVoxels(crop, c, { corner, size }, patch);
    if (how.level) {
      level(patch, tissue, size);
      normalise(patch);
    } else flattenAndNormalise(patch, tissue);
    if (how.contrast > 0) jitterContrast(patch, how.contrast, rng);
  }
}

/** Room for the mask of one patch, used again for the next: a batch holds many, and each is read at once. */
let room = new Uint8Array(0);

/** The mask of the patch, valid until the next call. */
function tissueOf(crop: Crop, corner: Triple, size: Triple): Uint8Array {
  const count = volumeOf(size);
  if (room.length < count) room = new Uint8Array(count);
  const tissue = room.subarray(0, count);
  copyForeground(crop, { corner, size }, tissue);
  return tissue;
}

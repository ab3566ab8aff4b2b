/**
 * Clips of a cine crop `[C, frames, H, W]`: some of its frames, all with the same place and the same contrast.
 */
import type { Rng } from '../../src/core/random.js';
import type { Crop } from '../../src/scans/sampling/scan-set.js';
import { level } from './level.js';
import { flattenAndNormalise, jitterContrast, normalise, type Appearance } from './patch.js';

/** Writes the frames numbered `frames` as a clip `[C, frames.length, H, W]`; frames are copied, never blended. */
export function cutClip(
  crop: Crop,
  frames: readonly number[],
  how: Appearance,
  rng: Rng,
  target: Float32Array,
): void {
  const [channels, depth, height, width] = crop.shape;
  const frame = height * width;
  const size = frames.length * frame;
  const tissue = new Uint8Array(size);
  frames.forEach((from, to) =>
    tissue.set(crop.foreground.subarray(from * frame, (from + 1) * frame), to * frame),
  );
  for (let c = 0; c < channels; c++) {
    const clip = target.subarray(c * size, (c + 1) * size);
    frames.forEach((from, to) => {
      const at = (c * depth + from) * frame;
      clip.set(crop.voxels.subarray(at, at + frame), to * frame);
    });
    if (how.level) {
      level(clip, tissue, [frames.length, height, width]);
      normalise(clip);
    } else flattenAndNormalise(clip, tissue);
    if (how.contrast > 0) jitterContrast(clip, how.contrast, rng);
  }
}

/** True if any frames of a crop differ: a still film has neither order nor pace. */
export function moves({ shape, voxels }: Crop): boolean {
  const frame = shape[2] * shape[3];
  for (let i = frame; i < shape[1] * frame; i++) if (voxels[i] !== voxels[i - frame]) return true;
  return false;
}

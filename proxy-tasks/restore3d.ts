/**
 * Restoration: a crop is corrupted in several ways; what did it look like?
 *
 * Source: Zhou et al., "Models Genesis" (MICCAI 2019; Medical Image Analysis 2021): non-linear intensity maps, local
 * shuffling, in- and out-painting, flips of input and target alike; mean squared error over all voxels. The metric
 * counts voxels that were shuffled or painted: a map of intensities alone can nearly be undone by copying.
 */
import { z } from 'zod';
import { tensor, type Shape } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { mapIntensities, paintInside, paintOutside, shuffleLocally } from './restore3d-corruptions.js';
import { decode } from './shared/decoder.js';
import { flip } from './shared/flip.js';
import { between, common, sides, tripleOf } from './shared/options.js';
import { cutPatch, plain } from './shared/patch.js';
import { explainedRange, reconstruction } from './shared/reconstruction.js';

export const RestoreOptions = z.strictObject({
  size: sides(4, 128).default(24).describe('side of the crop in voxels, or [depth, height, width]'),
  intensities: between(0, 1).default(0.9).describe('probability of a non-linear map of intensities'),
  shuffle: between(0, 1).default(0.5).describe('probability of local shuffling'),
  paint: between(0, 1).default(0.9).describe('probability of painting; always where nothing was shuffled'),
  outside: between(0, 1).default(0.2).describe('share of paintings that keep the inside and paint the rest'),
  flips: between(0, 1)
    .default(0.4)
    .describe('probability of a flip along each axis, of input and target alike'),
  foreground: common.foreground,
});

export type RestoreOptions = z.output<typeof RestoreOptions>;

function plan(options: RestoreOptions, { channels, batch }: TaskContext): TaskPlan {
  const size = tripleOf(options.size);
  const voxels = size[0] * size[1] * size[2];
  const shape: Shape = [batch, channels, ...size];

  function corrupt(channel: Float32Array, lost: Float32Array, rng: Rng): void {
    const shuffles = rng.bool(options.shuffle);
    if (shuffles) shuffleLocally(channel, size, rng, lost);
    if (rng.bool(options.intensities)) mapIntensities(channel, rng);
    if (shuffles && !rng.bool(options.paint)) return;
    const paint = rng.bool(options.outside) ? paintOutside : paintInside;
    paint(channel, size, rng, lost);
  }

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const target = new Float32Array(crops.length * channels * voxels);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const own = target.subarray(i * channels * voxels, (i + 1) * channels * voxels);
      cutPatch(crop, { corner: [0, 0, 0], size }, plain, draw, own);
      if (mode === 'evaluate') return;
      for (const axis of [0, 1, 2] as const) if (draw.bool(options.flips)) flip(own, size, axis);
    });
    const corrupted = target.slice();
    const lost = new Float32Array(target.length);
    for (let channel = 0; channel < crops.length * channels; channel++) {
      const [from, to] = [channel * voxels, (channel + 1) * voxels];
      corrupt(corrupted.subarray(from, to), lost.subarray(from, to), rng.split('corrupt', channel));
    }
    const full = [crops.length, channels, ...size];
    return { corrupted: tensor(full, corrupted), target: tensor(full, target), lost: tensor(full, lost) };
  }

  return {
    crop: size,
    foreground: options.foreground,
    inputs: ['corrupted', 'target', 'lost'].map((name) => ({ name, shape, dtype: 'f32' as const })),
    encoderInput: [batch, channels, ...size],
    voxelQuestions: { shown: 'corrupted', answers: 'target', counted: 'lost' },
    ...explainedRange,
    prepare,
    loss: (builder, { corrupted, target, lost }, encode) => {
      if (!corrupted || !target || !lost) throw new Error('restore3d needs its three inputs');
      const drawn = decode(builder, encode(corrupted), channels, size);
      return reconstruction(builder, drawn, target, lost, null);
    },
    pytorch: () => ({
      files: ['proxy-tasks/restore3d.py', 'python/patches.py', 'python/decoder.py'],
      settings: {
        channels,
        crop: size,
        intensities: options.intensities,
        shuffle: options.shuffle,
        paint: options.paint,
        outside: options.outside,
        flips: options.flips,
        foreground: options.foreground,
      },
    }),
  };
}

export const restore3d = defineTask<RestoreOptions>({
  name: 'restore3d',
  source: 'Zhou et al., Models Genesis, MICCAI 2019',
  options: RestoreOptions,
  plan,
});

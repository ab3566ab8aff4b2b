/**
 * Masked autoencoding: blocks of a crop are blanked; what was there?
 *
 * Source: He et al., "Masked Autoencoders Are Scalable Vision Learners" (CVPR 2022), as applied to volumes by Chen et
 * al. (arXiv 2204.11716): the loss counts masked voxels only. Encoders here are convolutional, so blocks are set to
 * the crop's mean (0 after normalisation) instead of being left out.
 */
import { z } from 'zod';
import { tensor, type Shape, type Triple } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { decode } from './shared/decoder.js';
import { between, common, sides, tripleOf } from './shared/options.js';
import { appearanceOf, cutPatch } from './shared/patch.js';
import { explainedRange, reconstruction } from './shared/reconstruction.js';

export const MaeOptions = z.strictObject({
  size: sides(4, 128).default(24).describe('side of the crop in voxels, or [depth, height, width]'),
  block: sides(1, 64).default(4).describe('side of a masked block in voxels, or [depth, height, width]'),
  ratio: between(0.05, 0.95).default(0.6).describe('share of the blocks that is masked'),
  foreground: common.foreground,
  contrast: common.contrast,
});

export type MaeOptions = z.output<typeof MaeOptions>;

/** Masks whole blocks of a grid over `size`: 1 where a voxel is hidden; `round(ratio · blocks)` of the blocks are. */
export function blockMask(size: Triple, block: Triple, ratio: number, rng: Rng, mask: Float32Array): void {
  const count = size.map((extent, axis) => Math.ceil(extent / (block[axis] ?? 1))) as unknown as Triple;
  const blocks = Array.from({ length: count[0] * count[1] * count[2] }, (_, i) => i);
  const hidden = new Uint8Array(blocks.length);
  for (const i of rng.sample(blocks, Math.max(1, Math.round(ratio * blocks.length)))) hidden[i] = 1;
  let at = 0;
  for (let d = 0; d < size[0]; d++) {
    for (let h = 0; h < size[1]; h++) {
      let own = (Math.floor(d / block[0]) * count[1] + Math.floor(h / block[1])) * count[2];
      for (let w = 0; w < size[2]; own++) {
        const value = hidden[own] as number;
        for (const end = Math.min(w + block[2], size[2]); w < end; w++, at++) mask[at] = value;
      }
    }
  }
}

function plan(options: MaeOptions, { channels, batch }: TaskContext): TaskPlan {
  const size = tripleOf(options.size);
  const block = tripleOf(options.block);
  const voxels = size[0] * size[1] * size[2];
  const shape: Shape = [batch, channels, ...size];

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const how = appearanceOf(options, mode);
    const target = new Float32Array(crops.length * channels * voxels);
    const masked = new Float32Array(crops.length * channels * voxels);
    const mask = new Float32Array(crops.length * channels * voxels);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const at = i * channels * voxels;
      const own = target.subarray(at, at + channels * voxels);
      cutPatch(crop, { corner: [0, 0, 0], size }, how, draw, own);
      const first = mask.subarray(at, at + voxels);
      blockMask(size, block, options.ratio, draw, first);
      for (let c = 1; c < channels; c++) mask.set(first, at + c * voxels);
      for (let v = at; v < at + channels * voxels; v++) {
        if (mask[v] !== 1) masked[v] = target[v] as number;
      }
    });
    const full = [crops.length, channels, ...size];
    return { masked: tensor(full, masked), target: tensor(full, target), mask: tensor(full, mask) };
  }

  return {
    crop: size,
    foreground: options.foreground,
    inputs: ['masked', 'target', 'mask'].map((name) => ({ name, shape, dtype: 'f32' as const })),
    encoderInput: [batch, channels, ...size],
    voxelQuestions: { shown: 'masked', answers: 'target', counted: 'mask' },
    ...explainedRange,
    prepare,
    loss: (builder, { masked, target, mask }, encode) => {
      if (!masked || !target || !mask) throw new Error('mae3d needs its three inputs');
      const drawn = decode(builder, encode(masked), channels, size);
      return reconstruction(builder, drawn, target, mask, mask);
    },
    pytorch: () => ({
      files: ['proxy-tasks/mae3d.py', 'python/patches.py', 'python/decoder.py'],
      settings: {
        channels,
        crop: size,
        block,
        ratio: options.ratio,
        contrast: options.contrast,
        foreground: options.foreground,
      },
    }),
  };
}

export const mae3d = defineTask<MaeOptions>({
  name: 'mae3d',
  source: 'He et al., Masked Autoencoders Are Scalable Vision Learners, CVPR 2022',
  options: MaeOptions,
  plan,
});

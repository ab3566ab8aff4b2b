/**
 * Relative patch location: the centre of a 3³ grid and one of its 26 neighbours are shown; which neighbour is it?
 *
 * Source: Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020), section 3.2, after Doersch
 * et al. (ICCV 2015). Patches lie a gap apart besides the jitter and are normalised one by one, as in the puzzle.
 */
import { z } from 'zod';
import { intTensor, tensor, type Shape } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Crop } from '../src/scans/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { rplInPytorch } from './rpl3d-pytorch.js';
import { classification, pooled, twoLayers } from './shared/heads.js';
import { cropSide, gapOf, patchCorners, type Layout } from './shared/layout.js';
import { between, placed, sides, tripleOf, whole } from './shared/options.js';
import { appearanceOf, cutPatch, foregroundShare } from './shared/patch.js';

export const RplOptions = z.strictObject({
  patch: sides(2, 64).default(12).describe('side of a patch in voxels, or [depth, height, width]'),
  gap: between(0, 1).default(0.15).describe('space between neighbouring cells, as a share of the patch side'),
  jitter: whole(0, 64).default(2).describe('how far a patch may move within its cell, in voxels'),
  ...placed,
});

export type RplOptions = z.output<typeof RplOptions>;

/** Cells of the 3³ grid, depth slowest. */
const centre = 13;
const neighbours = Array.from({ length: 27 }, (_, cell) => cell).filter((cell) => cell !== centre);

function plan(options: RplOptions, { channels, batch }: TaskContext): TaskPlan {
  const patch = tripleOf(options.patch);
  const layout: Layout = { grid: 3, patch, gap: gapOf(patch, options.gap), jitter: options.jitter };
  const patchShape: Shape = [channels, ...patch];
  const size = patchShape.reduce((product, extent) => product * extent, 1);

  /** Patches 2i and 2i + 1 are the centre and the neighbour of crop i. */
  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const how = appearanceOf(options, mode);
    const patches = new Float32Array(crops.length * 2 * size);
    const labels = new Int32Array(crops.length);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const label = draw.int(neighbours.length);
      labels[i] = label;
      const corners = patchCorners(layout, draw);
      [centre, neighbours[label]].forEach((cell, k) => {
        const corner = corners[cell ?? centre];
        if (corner === undefined) throw new Error(`no corner for cell ${cell}`);
        const target = patches.subarray((2 * i + k) * size, (2 * i + k + 1) * size);
        cutPatch(crop, corner, patch, how, draw, target);
      });
    });
    return {
      patches: tensor([crops.length * 2, ...patchShape], patches),
      location: intTensor([crops.length], labels),
    };
  }

  return {
    crop: cropSide(layout),
    foreground: options.foreground,
    accepts: (crop) =>
      patchCorners(layout, null).every(
        (corner) => foregroundShare(crop, corner, patch) >= options.foreground,
      ),
    inputs: [
      { name: 'patches', shape: [batch * 2, ...patchShape], dtype: 'f32' },
      { name: 'location', shape: [batch], dtype: 'i64' },
    ],
    encoderInput: [batch * 2, channels, ...patch],
    metric: 'accuracy',
    chance: 1 / neighbours.length,
    worst: 0,
    prepare,
    loss: (builder, { patches, location }, encode) => {
      if (patches === undefined || location === undefined) throw new Error('rpl3d needs its two inputs');
      const features = pooled(builder, encode(patches));
      const pairs = builder.reshape(features, [batch, 2 * (features.shape[1] ?? 1)]);
      const logits = twoLayers(builder, pairs, options.hidden, 'answer', neighbours.length);
      return classification(builder, logits, location);
    },
    pytorch: () => rplInPytorch(options, layout, channels),
  };
}

export const rpl3d = defineTask<RplOptions>({
  name: 'rpl3d',
  source: 'Taleb et al., 3D Self-Supervised Methods for Medical Imaging, NeurIPS 2020',
  options: RplOptions,
  plan,
});

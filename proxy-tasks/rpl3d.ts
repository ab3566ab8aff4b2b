/**
 * Relative patch location: the centre of a 3³ grid is shown and, one by one, some of its 26 neighbours; which neighbour
 * is it?
 *
 * Source: Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020), section 3.2, after Doersch
 * et al. (ICCV 2015). There a crop asks about one neighbour (`neighbours: 1`); with more, the centre is encoded once for
 * all of them. Patches lie a gap apart besides the jitter and are normalised one by one, as in the puzzle.
 */
import { z } from 'zod';
import { intTensor, tensor, type Shape } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Value } from '../src/ir/graph.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { classification, pooled, twoLayers } from './shared/heads.js';
import { cropSide, gapOf, patchCorners, type Layout } from './shared/layout.js';
import { between, placed, sides, tripleOf, whole } from './shared/options.js';
import { appearanceOf, cutPatch, foregroundShare } from './shared/patch.js';
import { patchSettings } from './shared/pytorch.js';

export const RplOptions = z.strictObject({
  patch: sides(2, 64).default(12).describe('side of a patch in voxels, or [depth, height, width]'),
  gap: between(0, 1).default(0.15).describe('space between neighbouring cells, as a share of the patch side'),
  jitter: whole(0, 64).default(2).describe('how far a patch may move within its cell, in voxels'),
  neighbours: whole(1, 26).default(8).describe('neighbours that are asked about, per crop'),
  ...placed,
});

export type RplOptions = z.output<typeof RplOptions>;

/** Cells of the 3³ grid, depth slowest: the centre, and its neighbours by class. */
const centre = 13;
const neighbourCells = Array.from({ length: 27 }, (_, cell) => cell).filter((cell) => cell !== centre);

function plan(options: RplOptions, { channels, batch }: TaskContext): TaskPlan {
  const patch = tripleOf(options.patch);
  const layout: Layout = { grid: 3, patch, gap: gapOf(patch, options.gap), jitter: options.jitter };
  const patchShape: Shape = [channels, ...patch];
  const size = patchShape.reduce((product, extent) => product * extent, 1);

  const asked = options.neighbours;
  /** Patches of a crop: its centre, then the neighbours in the order of their labels. */
  const shown = asked + 1;

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const how = appearanceOf(options, mode);
    const patches = new Float32Array(crops.length * shown * size);
    const labels = new Int32Array(crops.length * asked);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const chosen = draw.sample(neighbourCells, asked);
      labels.set(
        chosen.map((cell) => neighbourCells.indexOf(cell)),
        i * asked,
      );
      const corners = patchCorners(layout, draw);
      [centre, ...chosen].forEach((cell, k) => {
        const corner = corners[cell];
        if (corner === undefined) throw new Error(`no corner for cell ${cell}`);
        const target = patches.subarray((i * shown + k) * size, (i * shown + k + 1) * size);
        cutPatch(crop, { corner, size: patch }, how, draw, target);
      });
    });
    return {
      patches: tensor([crops.length * shown, ...patchShape], patches),
      location: intTensor([crops.length * asked], labels),
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
      { name: 'patches', shape: [batch * shown, ...patchShape], dtype: 'f32' },
      { name: 'location', shape: [batch * asked], dtype: 'i64' },
    ],
    encoderInput: [batch * shown, channels, ...patch],
    questions: {
      shown: 'patches',
      answers: 'location',
      classes: neighbourCells.length,
      parts: Array.from({ length: asked }, (_, k) => [0, k + 1]),
    },
    metric: 'accuracy',
    chance: 1 / neighbourCells.length,
    worst: 0,
    prepare,
    loss: (builder, { patches, location }, encode) => {
      if (patches === undefined || location === undefined) throw new Error('rpl3d needs its two inputs');
      const features = pooled(builder, encode(patches));
      const width = features.shape[1] ?? 1;
      const ofCrops = builder.reshape(features, [batch, shown, width]);
      const centres = builder.slice(ofCrops, [0, 0, 0], [batch, 1, width]);
      const others = builder.slice(ofCrops, [0, 1, 0], [batch, shown, width]);
      const repeated = builder.concat(new Array<Value>(asked).fill(centres), 1);
      const pairs = builder.reshape(builder.concat([repeated, others], 2), [batch * asked, 2 * width]);
      const logits = twoLayers(builder, pairs, options.hidden, 'answer', neighbourCells.length);
      return classification(builder, logits, location);
    },
    pytorch: () => ({
      files: ['proxy-tasks/rpl3d.py', 'python/patches.py', 'python/heads.py'],
      settings: { ...patchSettings(options, layout, channels), neighbours: asked },
    }),
  };
}

export const rpl3d = defineTask<RplOptions>({
  name: 'rpl3d',
  source: 'Taleb et al., 3D Self-Supervised Methods for Medical Imaging, NeurIPS 2020',
  options: RplOptions,
  plan,
});

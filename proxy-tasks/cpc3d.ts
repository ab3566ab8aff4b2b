/**
 * Contrastive predictive coding: from the patches above, which of many codes is that of the patch below?
 *
 * Source: van den Oord et al. (arXiv 1807.03748) and Hénaff et al. (ICML 2020) in 3D as in Taleb et al. (NeurIPS
 * 2020), section 3.1. A crop is a grid of patches; each becomes a code. The context of a patch is made of its own code
 * and of the mean code of the pyramid above it, so nothing of what is predicted is seen. What differs from the 3D
 * recipe, and why: InfoNCE over all patches of the batch at the same distance, where one negative per positive gives
 * a weak question; no overlap between patches, which would let edges be continued.
 */
import { z } from 'zod';
import { tensor, type Shape } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Builder } from '../src/ir/builder.js';
import type { Value } from '../src/ir/graph.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { infoNce, unitRows } from './shared/contrast.js';
import { dense, pooled } from './shared/heads.js';
import { cropSide, gapOf, patchCorners, type Layout } from './shared/layout.js';
import { between, placed, sides, tripleOf, whole } from './shared/options.js';
import { appearanceOf, cutPatch, foregroundShare } from './shared/patch.js';
import { patchSettings } from './shared/pytorch.js';

export const CpcOptions = z
  .strictObject({
    grid: whole(2, 5).default(3).describe('patches along each axis'),
    patch: sides(2, 64).default(12).describe('side of a patch in voxels, or [depth, height, width]'),
    gap: between(0, 1)
      .default(0.15)
      .describe('space between neighbouring cells, as a share of the patch side'),
    jitter: whole(0, 64).default(2).describe('how far a patch may move within its cell, in voxels'),
    steps: whole(1, 4)
      .default(1)
      .describe('how many slabs of patches ahead are predicted; less than the grid'),
    code: whole(2, 1024).default(32).describe('width of a code'),
    temperature: between(0.01, 10).default(0.1),
    ...placed,
  })
  .refine(({ steps, grid }) => steps < grid, {
    path: ['steps'],
    error: ({ input }) =>
      `a whole number from 1 to ${(input as { grid: number }).grid - 1}, less than the grid`,
  });

export type CpcOptions = z.output<typeof CpcOptions>;

/**
 * `[cells, cells]`: row c holds, evenly, the cells of the inverted pyramid over c: in its own slab itself, one slab up
 * its 3 × 3 neighbourhood, two up 5 × 5. Cells count depth slowest.
 */
export function pyramid(grid: number): Float32Array {
  const cells = grid ** 3;
  const place = (cell: number): readonly number[] => [
    Math.floor(cell / grid ** 2),
    Math.floor(cell / grid) % grid,
    cell % grid,
  ];
  const weights = new Float32Array(cells * cells);
  for (let c = 0; c < cells; c++) {
    const [d = 0, h = 0, w = 0] = place(c);
    const seen = Array.from({ length: cells }, (_, cell) => cell).filter((cell) => {
      const [e = 0, i = 0, j = 0] = place(cell);
      return e <= d && Math.abs(i - h) <= d - e && Math.abs(j - w) <= d - e;
    });
    for (const cell of seen) weights[c * cells + cell] = 1 / seen.length;
  }
  return weights;
}

/** Predictions made in a batch 1, 2, … slabs ahead. Each has as many candidates as there are of them. */
function predictionsOf({ grid, steps }: CpcOptions, batch: number): readonly number[] {
  return Array.from({ length: steps }, (_, i) => batch * (grid - i - 1) * grid ** 2);
}

/** `features`: `[batch · cells, F]`, one row per patch. */
function predictionLoss(builder: Builder, features: Value, options: CpcOptions, batch: number) {
  const { grid, code } = options;
  const [cells, slab] = [grid ** 3, grid ** 2];
  const counts = predictionsOf(options, batch);
  const total = counts.reduce((sum, count) => sum + count);
  const codes = dense(builder, 'head.code', features, code);
  const grouped = builder.reshape(codes, [batch, cells, code]);
  const above = builder.matmul(builder.constant([cells, cells], pyramid(grid)), grouped);
  const joined = builder.reshape(builder.concat([grouped, above], 2), [batch * cells, 2 * code]);
  const context = builder.relu(dense(builder, 'head.context', joined, options.hidden));
  const slabs = (x: Value, from: number, to: number): Value => {
    const width = x.shape[1] ?? 1;
    const ofCrops = builder.reshape(x, [batch, cells, width]);
    const cut = builder.slice(ofCrops, [0, from * slab, 0], [batch, to * slab, width]);
    return builder.reshape(cut, [-1, width]);
  };
  const terms = counts.map((count, i) => {
    const k = i + 1;
    const ahead = dense(builder, `head.ahead${k}`, slabs(context, 0, grid - k), code);
    const predicted = unitRows(builder, ahead);
    const codesThere = unitRows(builder, slabs(codes, k, grid));
    const similarity = builder.matmul(predicted, codesThere, { b: true });
    const scaled = builder.mul(similarity, builder.scalar(1 / options.temperature));
    const share = builder.scalar(count / total);
    const { loss, accuracy } = infoNce(builder, scaled, (row) => row);
    return { loss: builder.mul(loss, share), accuracy: builder.mul(accuracy, share) };
  });
  const sum = (values: readonly Value[]): Value => values.reduce((a, b) => builder.add(a, b));
  return {
    loss: sum(terms.map((term) => term.loss)),
    metrics: { accuracy: sum(terms.map((term) => term.accuracy)) },
  };
}

function plan(options: CpcOptions, { channels, batch }: TaskContext): TaskPlan {
  const { grid, steps } = options;
  const patch = tripleOf(options.patch);
  const layout: Layout = { grid, patch, gap: gapOf(patch, options.gap), jitter: options.jitter };
  const cells = grid ** 3;
  const patchShape: Shape = [channels, ...patch];
  const size = patchShape.reduce((product, extent) => product * extent, 1);
  const total = predictionsOf(options, batch).reduce((sum, count) => sum + count);

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const how = appearanceOf(options, mode);
    const patches = new Float32Array(crops.length * cells * size);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      patchCorners(layout, draw).forEach((corner, cell) => {
        const target = patches.subarray((i * cells + cell) * size, (i * cells + cell + 1) * size);
        cutPatch(crop, { corner, size: patch }, how, draw, target);
      });
    });
    return { patches: tensor([crops.length * cells, ...patchShape], patches) };
  }

  return {
    crop: cropSide(layout),
    foreground: options.foreground,
    accepts: (crop) =>
      patchCorners(layout, null).every(
        (corner) => foregroundShare(crop, corner, patch) >= options.foreground,
      ),
    inputs: [{ name: 'patches', shape: [batch * cells, ...patchShape], dtype: 'f32' }],
    encoderInput: [batch * cells, channels, ...patch],
    metric: 'accuracy',
    // Each of the c predictions at a distance has c candidates: the mean of 1 / c over predictions.
    chance: steps / total,
    worst: 0,
    prepare,
    loss: (builder, { patches }, encode) => {
      if (patches === undefined) throw new Error('cpc3d needs its patches');
      return predictionLoss(builder, pooled(builder, encode(patches)), options, batch);
    },
    pytorch: () => ({
      files: ['proxy-tasks/cpc3d.py', 'python/patches.py', 'python/heads.py', 'python/contrast.py'],
      settings: {
        ...patchSettings(options, layout, channels),
        steps,
        code: options.code,
        temperature: options.temperature,
        batch,
      },
    }),
  };
}

export const cpc3d = defineTask<CpcOptions>({
  name: 'cpc3d',
  source: 'van den Oord et al., Representation Learning with Contrastive Predictive Coding, arXiv 1807.03748',
  options: CpcOptions,
  plan,
});

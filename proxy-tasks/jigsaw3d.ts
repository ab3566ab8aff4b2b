/**
 * 3D puzzle reassembly: a crop is cut into grid³ patches, shown in a permuted order; which permutation was it?
 *
 * Source: Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020), section 3.3, after
 * Noroozi & Favaro (ECCV 2016). What differs, and why:
 * - an explicit gap between patches, besides jitter, so that edges cannot be continued across patches;
 * - patches are cut inside valid data, air is flattened, every patch is normalised by itself and jittered in
 *   contrast, so that neither padding, scanner tables nor absolute intensity tell where a patch comes from;
 * - permutations at the provably largest Hamming distance (`jigsaw3d-permutations.ts`);
 * - the default head scores each patch against each place and adds up the scores of a permutation, which learns
 *   from far fewer puzzles than a dense layer over all features; `head: "dense"` is the published one.
 */
import { z } from 'zod';
import { intTensor, tensor, type Shape } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Builder } from '../src/ir/builder.js';
import type { Value } from '../src/ir/graph.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { permutationLimit, permutations } from './jigsaw3d-permutations.js';
import { cropSide, gapOf, patchCorners, type Layout } from './shared/layout.js';
import { appearanceOf, cutPatch, foregroundShare } from './shared/patch.js';
import { classification, dense } from './shared/heads.js';
import { between, placed, sides, tripleOf, whole } from './shared/options.js';
import { patchSettings } from './shared/pytorch.js';

export const JigsawOptions = z
  .strictObject({
    grid: z
      .union([z.literal(2), z.literal(3)])
      .default(2)
      .describe('cells along each axis'),
    patch: sides(2, 128).default(14).describe('side of a patch in voxels, or [depth, height, width]'),
    gap: between(0, 1)
      .default(0.15)
      .describe('space between neighbouring cells, as a share of the patch side'),
    jitter: whole(0, 64).default(2).describe('how far a patch may move within its cell, in voxels'),
    permutations: whole(2, 702).default(24).describe('number of permutations to tell apart'),
    ...placed,
    head: z.enum(['assignment', 'dense']).default('assignment'),
  })
  .superRefine((options, context) => {
    const limit = permutationLimit(options.grid);
    if (options.permutations > limit) {
      context.addIssue({
        code: 'custom',
        path: ['permutations'],
        message: `a ${options.grid}³ grid has at most ${limit} permutations at the largest Hamming distance`,
      });
    }
  });

export type JigsawOptions = z.output<typeof JigsawOptions>;

function layoutOf(options: JigsawOptions): Layout {
  const patch = tripleOf(options.patch);
  return { grid: options.grid, patch, gap: gapOf(patch, options.gap), jitter: options.jitter };
}

function plan(options: JigsawOptions, { channels, batch }: TaskContext): TaskPlan {
  const layout = layoutOf(options);
  const choices = permutations(options.grid, options.permutations);
  const cells = options.grid ** 3;
  const patchShape: Shape = [channels, ...layout.patch];
  const patchSize = patchShape.reduce((product, extent) => product * extent, 1);

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const how = appearanceOf(options, mode);
    const patches = new Float32Array(crops.length * cells * patchSize);
    const labels = new Int32Array(crops.length);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const label = draw.int(choices.length);
      labels[i] = label;
      const corners = patchCorners(layout, draw);
      choices[label]?.forEach((cell, place) => {
        const target = patches.subarray((i * cells + place) * patchSize, (i * cells + place + 1) * patchSize);
        const corner = corners[cell];
        if (corner === undefined) throw new Error(`no corner for cell ${cell}`);
        cutPatch(crop, { corner, size: layout.patch }, how, draw, target);
      });
    });
    return {
      patches: tensor([crops.length * cells, ...patchShape], patches),
      permutation: intTensor([crops.length], labels),
    };
  }

  /** Every cell, jitter included, must hold enough tissue to be recognisable. */
  function accepts(crop: Crop): boolean {
    return patchCorners(layout, null).every(
      (corner) => foregroundShare(crop, corner, layout.patch) >= options.foreground,
    );
  }

  return {
    crop: cropSide(layout),
    foreground: options.foreground,
    accepts,
    inputs: [
      { name: 'patches', shape: [batch * cells, ...patchShape], dtype: 'f32' },
      { name: 'permutation', shape: [batch], dtype: 'i64' },
    ],
    encoderInput: [batch * cells, channels, ...layout.patch],
    questions: {
      shown: 'patches',
      answers: 'permutation',
      classes: options.permutations,
      inWords: (answer) =>
        `the pieces come from places ${choices[answer]?.map((cell) => cell + 1).join(', ')}`,
      places: (answer) => choices[answer] ?? [],
    },
    metric: 'accuracy',
    chance: 1 / options.permutations,
    worst: 0,
    prepare,
    loss: (builder, inputs, encode) => {
      const { patches, permutation } = inputs;
      if (patches === undefined || permutation === undefined)
        throw new Error('jigsaw3d needs its two inputs');
      const features = builder.reduceMean(encode(patches), [2, 3, 4]);
      const logits =
        options.head === 'assignment'
          ? assignmentHead(builder, features, choices, options.hidden)
          : denseHead(builder, features, choices, options.hidden);
      return classification(builder, logits, permutation);
    },
    pytorch: () => ({
      files: ['proxy-tasks/jigsaw3d.py', 'python/patches.py', 'python/heads.py'],
      settings: {
        ...patchSettings(options, layout, channels),
        kind: options.head,
        permutations: choices,
      },
    }),
  };
}

/**
 * `features` [B·cells, F] → logits [B, permutations]. Each patch, together with the mean of its puzzle's patches, is
 * scored against each cell; a permutation's logit is the sum of the scores that it selects.
 */
function assignmentHead(
  builder: Builder,
  features: Value,
  choices: readonly (readonly number[])[],
  hidden: number,
): Value {
  const [rows = 1, width = 1] = features.shape;
  const cells = choices[0]?.length ?? 1;
  const batch = rows / cells;
  const grouped = builder.reshape(features, [batch, cells, width]);
  const mean = builder.reduceMean(grouped, [1], true);
  const centred = builder.reshape(builder.sub(grouped, mean), [rows, width]);
  const context = builder.reshape(builder.broadcastTo(mean, [batch, cells, width]), [rows, width]);
  const joined = builder.concat([centred, context], 1);
  const scores = dense(
    builder,
    'head.score',
    builder.relu(dense(builder, 'head.hidden', joined, hidden)),
    cells,
  );
  const selection = new Float32Array(cells * cells * choices.length);
  choices.forEach((permutation, k) =>
    permutation.forEach((cell, place) => {
      selection[(place * cells + cell) * choices.length + k] = 1;
    }),
  );
  return builder.matmul(
    builder.reshape(scores, [batch, cells * cells]),
    builder.constant([cells * cells, choices.length], selection),
  );
}

/** The published head: all patches' features concatenated, one hidden layer (Taleb et al., appendix). */
function denseHead(
  builder: Builder,
  features: Value,
  choices: readonly (readonly number[])[],
  hidden: number,
): Value {
  const [rows = 1, width = 1] = features.shape;
  const cells = choices[0]?.length ?? 1;
  const joined = builder.reshape(features, [rows / cells, cells * width]);
  const h = builder.relu(dense(builder, 'head.hidden', joined, hidden));
  return dense(builder, 'head.permutation', h, choices.length);
}

export const jigsaw3d = defineTask<JigsawOptions>({
  name: 'jigsaw3d',
  source: 'Taleb et al., 3D Self-Supervised Methods for Medical Imaging, NeurIPS 2020',
  options: JigsawOptions,
  plan,
});

/**
 * Rotation prediction: a cube is shown turned; which of 10 (or all 24) rotations was it?
 *
 * Source: Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020), section 3.4, after Gidaris
 * et al. (ICLR 2018). The question presumes that scans share an orientation, which canonical axes see to. What
 * differs, and why: rotations are permutations of indices, since resampling would leave its marks; air is flattened
 * and intensities are normalised, since tables and coils lie on one side.
 */
import { z } from 'zod';
import { intTensor, tensor } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { rotate, rotations } from './rotation3d-rotations.js';
import { classification, pooled, twoLayers } from './shared/heads.js';
import { placed, whole } from './shared/options.js';
import { appearanceOf, cutPatch } from './shared/patch.js';
import { appearanceSettings } from './shared/pytorch.js';

export const RotationOptions = z.strictObject({
  side: whole(4, 128).default(24).describe('side of the cube in voxels'),
  classes: z
    .union([z.literal(10), z.literal(24)], { error: '10 or 24' })
    .default(10)
    .describe('10: about one axis at a time; 24: all'),
  ...placed,
});

export type RotationOptions = z.output<typeof RotationOptions>;

function plan(options: RotationOptions, { channels, batch }: TaskContext): TaskPlan {
  const { side, classes } = options;
  const choices = rotations(classes);
  const cube = side ** 3;

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const how = appearanceOf(options, mode);
    const cubes = new Float32Array(crops.length * channels * cube);
    const labels = new Int32Array(crops.length);
    const upright = new Float32Array(channels * cube);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const label = draw.int(classes);
      labels[i] = label;
      cutPatch(crop, { corner: [0, 0, 0], size: [side, side, side] }, how, draw, upright);
      const rotation = choices[label];
      if (rotation === undefined) throw new Error(`no rotation ${label}`);
      for (let c = 0; c < channels; c++) {
        const at = (i * channels + c) * cube;
        rotate(upright.subarray(c * cube, (c + 1) * cube), side, rotation, cubes.subarray(at, at + cube));
      }
    });
    return {
      cubes: tensor([crops.length, channels, side, side, side], cubes),
      rotation: intTensor([crops.length], labels),
    };
  }

  return {
    crop: [side, side, side],
    foreground: options.foreground,
    inputs: [
      { name: 'cubes', shape: [batch, channels, side, side, side], dtype: 'f32' },
      { name: 'rotation', shape: [batch], dtype: 'i64' },
    ],
    encoderInput: [batch, channels, side, side, side],
    questions: { shown: 'cubes', answers: 'rotation', classes },
    metric: 'accuracy',
    chance: 1 / classes,
    worst: 0,
    prepare,
    loss: (builder, { cubes, rotation }, encode) => {
      if (cubes === undefined || rotation === undefined) throw new Error('rotation3d needs its two inputs');
      const logits = twoLayers(builder, pooled(builder, encode(cubes)), options.hidden, 'answer', classes);
      return classification(builder, logits, rotation);
    },
    pytorch: () => ({
      files: ['proxy-tasks/rotation3d.py', 'python/patches.py', 'python/heads.py'],
      settings: {
        channels,
        crop: [side, side, side],
        ...appearanceSettings(options),
        rotations: choices.map(({ axes, reversed }) => [axes, reversed]),
      },
    }),
  };
}

export const rotation3d = defineTask<RotationOptions>({
  name: 'rotation3d',
  source: 'Taleb et al., 3D Self-Supervised Methods for Medical Imaging, NeurIPS 2020',
  options: RotationOptions,
  plan,
});

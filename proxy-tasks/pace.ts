/**
 * Pace: a clip is played at one of several rates; which?
 *
 * Source: Wang et al., "Self-supervised Video Representation Learning by Pace Prediction" (ECCV 2020, arXiv
 * 2008.05861). A cine crop is `[C, frames, H, W]`: time is the depth axis. Rates skip whole frames, so that no blended
 * frame gives a rate away; place and contrast are the same for all frames of a clip, and a clip starts anywhere.
 */
import { z } from 'zod';
import { intTensor, tensor, type Shape } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { cutClip, moves } from './shared/clip.js';
import { classification, pooled, twoLayers } from './shared/heads.js';
import { filmed, whole } from './shared/options.js';
import { appearanceOf } from './shared/patch.js';
import { appearanceSettings } from './shared/pytorch.js';

export const PaceOptions = z.strictObject({
  frames: whole(2, 64).default(8).describe('frames of a clip'),
  rates: z
    .array(whole(1, 16))
    .min(2, { error: '2 to 8 different rates' })
    .max(8, { error: '2 to 8 different rates' })
    .refine((rates) => new Set(rates).size === rates.length, { error: '2 to 8 different rates' })
    .default([1, 2, 4])
    .describe('every how many frames of the film a clip takes one'),
  height: whole(4, 256).default(32).describe('pixels'),
  width: whole(4, 256).default(32).describe('pixels'),
  ...filmed,
});

export type PaceOptions = z.output<typeof PaceOptions>;

function plan(options: PaceOptions, { channels, batch }: TaskContext): TaskPlan {
  const { frames, rates, height, width } = options;
  const length = (frames - 1) * Math.max(...rates) + 1;
  const clipShape: Shape = [channels, frames, height, width];
  const size = clipShape.reduce((product, extent) => product * extent, 1);

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const clips = new Float32Array(crops.length * size);
    const labels = new Int32Array(crops.length);
    const how = appearanceOf(options, mode);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const label = draw.int(rates.length);
      labels[i] = label;
      const rate = rates[label] ?? 1;
      const start = draw.int(length - (frames - 1) * rate);
      const numbers = Array.from({ length: frames }, (_, f) => start + f * rate);
      const target = clips.subarray(i * size, (i + 1) * size);
      cutClip(crop, numbers, how, draw, target);
    });
    return {
      clips: tensor([crops.length, ...clipShape], clips),
      pace: intTensor([crops.length], labels),
    };
  }

  return {
    crop: [length, height, width],
    foreground: options.foreground,
    accepts: moves,
    inputs: [
      { name: 'clips', shape: [batch, ...clipShape], dtype: 'f32' },
      { name: 'pace', shape: [batch], dtype: 'i64' },
    ],
    encoderInput: [batch, channels, frames, height, width],
    questions: { shown: 'clips', answers: 'pace', classes: rates.length },
    metric: 'accuracy',
    chance: 1 / rates.length,
    worst: 0,
    prepare,
    loss: (builder, { clips, pace: label }, encode) => {
      if (clips === undefined || label === undefined) throw new Error('pace needs its two inputs');
      const features = pooled(builder, encode(clips));
      const logits = twoLayers(builder, features, options.hidden, 'answer', rates.length);
      return classification(builder, logits, label);
    },
    pytorch: () => ({
      files: ['proxy-tasks/pace.py', 'python/clips.py', 'python/patches.py', 'python/heads.py'],
      settings: { channels, crop: [length, height, width], frames, rates, ...appearanceSettings(options) },
    }),
  };
}

export const pace = defineTask<PaceOptions>({
  name: 'pace',
  source: 'Wang et al., Self-supervised Video Representation Learning by Pace Prediction, ECCV 2020',
  options: PaceOptions,
  plan,
});

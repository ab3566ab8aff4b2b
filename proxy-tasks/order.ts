/**
 * Clip order: short clips of a film are shown in a permuted order; which permutation was it?
 *
 * Source: Xu et al., "Self-supervised Spatiotemporal Learning via Video Clip Order Prediction" (CVPR 2019). A cine
 * crop is `[C, frames, H, W]`: time is the depth axis. Clips lie some frames apart, besides a jitter, and share their
 * place; each is normalised by itself. Motion that looks the same backwards (a beating heart, nearly) makes an order
 * and its reverse one class where `reversed` says `same`, as in Lee et al. (ICCV 2017).
 *
 * Volumes have slabs for clips, in order from feet to head (Zhang et al., ISBI 2017, order slices so). The body's outline
 * would tell that order: clips lie in tissue, are small, and are levelled.
 */
import { z } from 'zod';
import { intTensor, tensor, type Shape, type Triple } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';
import type { Crop } from '../src/scans/sampling/scan-set.js';
import { defineTask, type BatchMode, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { cutClip, moves } from './shared/clip.js';
import { classification, pooled, twoLayers } from './shared/heads.js';
import { placed, whole } from './shared/options.js';
import { appearanceOf } from './shared/patch.js';
import { appearanceSettings } from './shared/pytorch.js';

export const OrderOptions = z.strictObject({
  clips: whole(2, 4).default(3).describe('clips to put in order'),
  frames: whole(1, 32).default(4).describe('frames of a clip'),
  gap: whole(0, 32)
    .default(3)
    .describe('frames between clips, at least; what moves slowly continues across fewer'),
  jitter: whole(0, 32).default(1).describe('how far a clip may move within its part of the film, in frames'),
  height: whole(4, 256).default(20).describe('pixels'),
  width: whole(4, 256).default(20).describe('pixels'),
  reversed: z
    .enum(['distinct', 'same'], { error: '"distinct" or "same"' })
    .default('distinct')
    .describe('whether an order and its reverse are two classes or one'),
  ...placed,
});

export type OrderOptions = z.output<typeof OrderOptions>;

/** First frame of each clip; without a generator, clips lie in the middle of their parts. */
export function clipStarts({ clips, frames, gap, jitter }: OrderOptions, rng: Rng | null): readonly number[] {
  return Array.from(
    { length: clips },
    (_, i) => i * (frames + jitter + gap) + (rng === null ? Math.floor(jitter / 2) : rng.int(jitter + 1)),
  );
}

/** All orders, and the class of each. `orders[k][place]` is the clip shown at `place`. */
export function ordersOf({ clips, reversed }: Pick<OrderOptions, 'clips' | 'reversed'>) {
  const orders = permutationsOf(Array.from({ length: clips }, (_, i) => i));
  const classes: number[] = [];
  let count = 0;
  orders.forEach((order, k) => {
    const mirror = orders.findIndex((other) => other.join() === [...order].reverse().join());
    classes[k] = reversed === 'same' && mirror < k ? (classes[mirror] ?? 0) : count++;
  });
  return { orders, classes, count };
}

/** All permutations, in lexicographic order. */
function permutationsOf(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item) =>
    permutationsOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

function plan(options: OrderOptions, { channels, batch }: TaskContext): TaskPlan {
  const { clips, frames, height, width, gap, jitter } = options;
  const { orders, classes, count } = ordersOf(options);
  const crop: Triple = [clips * (frames + jitter) + (clips - 1) * gap, height, width];
  const clipShape: Shape = [channels, frames, height, width];
  const size = clipShape.reduce((product, extent) => product * extent, 1);

  function prepare(crops: readonly Crop[], rng: Rng, mode: BatchMode) {
    const shown = new Float32Array(crops.length * clips * size);
    const labels = new Int32Array(crops.length);
    const how = appearanceOf(options, mode);
    crops.forEach((crop, i) => {
      const draw = rng.split('crop', i);
      const order = draw.int(orders.length);
      labels[i] = classes[order] ?? 0;
      const starts = clipStarts(options, draw);
      orders[order]?.forEach((clip, place) => {
        const start = starts[clip] ?? 0;
        const target = shown.subarray((i * clips + place) * size, (i * clips + place + 1) * size);
        const numbers = Array.from({ length: frames }, (_, f) => start + f);
        // One generator per crop: whatever is changed is changed alike in all of its clips.
        const alike = draw.split('contrast');
        cutClip(crop, numbers, how, alike, target);
      });
    });
    return {
      clips: tensor([crops.length * clips, ...clipShape], shown),
      order: intTensor([crops.length], labels),
    };
  }

  return {
    crop,
    foreground: options.foreground,
    accepts: moves,
    inputs: [
      { name: 'clips', shape: [batch * clips, ...clipShape], dtype: 'f32' },
      { name: 'order', shape: [batch], dtype: 'i64' },
    ],
    encoderInput: [batch * clips, channels, frames, height, width],
    questions: { shown: 'clips', answers: 'order', classes: count },
    metric: 'accuracy',
    chance: 1 / count,
    worst: 0,
    prepare,
    loss: (builder, { clips: shown, order }, encode) => {
      if (shown === undefined || order === undefined) throw new Error('order needs its two inputs');
      const features = pooled(builder, encode(shown));
      const joined = builder.reshape(features, [batch, clips * (features.shape[1] ?? 1)]);
      return classification(builder, twoLayers(builder, joined, options.hidden, 'answer', count), order);
    },
    pytorch: () => ({
      files: ['proxy-tasks/order.py', 'python/clips.py', 'python/patches.py', 'python/heads.py'],
      settings: {
        channels,
        crop,
        clips,
        frames,
        gap,
        jitter,
        ...appearanceSettings(options),
        orders,
        classes,
      },
    }),
  };
}

export const order = defineTask<OrderOptions>({
  name: 'order',
  source: 'Xu et al., Self-supervised Spatiotemporal Learning via Video Clip Order Prediction, CVPR 2019',
  options: OrderOptions,
  plan,
});

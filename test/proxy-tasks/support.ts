/** Crops, small options and a small encoder for the tests of proxy tasks. */
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { convNormAct, stack } from '../../src/nn/index.js';
import type { Crop } from '../../src/scans/sampling/scan-set.js';
import type { TaskPlan } from '../../src/tasks/task.js';
import { proxyTasks } from '../../proxy-tasks/index.js';

/** Options with which a task is quick to try. */
export const small: Readonly<Record<string, object>> = {
  jigsaw3d: { patch: 6, jitter: 1, gap: 0.2, permutations: 8 },
  rotation3d: { side: 10 },
  rpl3d: { patch: 6, jitter: 1 },
  cpc3d: { grid: 3, patch: 6, jitter: 1, steps: 2, code: 8 },
  exemplar3d: { size: 10, shift: 3, width: 8 },
  restore3d: { size: [9, 10, 11] },
  mae3d: { size: [9, 10, 11], block: [3, 4, 4] },
  vicreg3d: { size: 10, shift: 3, width: 8 },
  order: { frames: 3, height: 10, width: 9 },
  pace: { frames: 4, rates: [1, 3], height: 10, width: 9 },
  multi: {
    tasks: [
      { name: 'rotation3d', options: { side: 10 }, weight: 2 },
      { name: 'mae3d', options: { size: [9, 10, 11] } },
      { name: 'rotation3d', options: { side: 8, classes: 24 } },
    ],
  },
};

export function planOf(name: string, options: object = small[name] ?? {}, batch = 3, channels = 1): TaskPlan {
  const task = present(proxyTasks[name], name);
  return task.plan(task.options.parse(options), { channels, batch });
}

/** A crop whose voxels are all different, with air in one corner. */
export function cropOf(size: readonly [number, number, number], seed = 1, channels = 1): Crop {
  const rng = rngOf('crop', seed);
  const voxels = size[0] * size[1] * size[2];
  return {
    volume: `made up ${seed}`,
    patient: seed,
    shape: [channels, ...size],
    voxels: Float32Array.from({ length: channels * voxels }, () => rng.normal()),
    foreground: Uint8Array.from({ length: voxels }, (_, i) => (i < size[2] ? 0 : 1)),
  };
}

export const cropsOf = (plan: TaskPlan, count: number, channels = 1): Crop[] =>
  Array.from({ length: count }, (_, i) => cropOf(plan.crop, i + 1, channels));

/** Strides of 2 twice, batch norm between. */
export const encoder = (channels = 1): Architecture => ({
  name: 'small',
  inChannels: channels,
  encoder: stack([
    convNormAct(channels, 8, 'relu', { kernel: [3, 3, 3], stride: [1, 2, 2] }),
    convNormAct(8, 12, 'relu', { kernel: [3, 3, 3], stride: [2, 2, 2] }),
  ]),
  features: 12,
});

/**
 * Batches of tasks that compare two views of each crop, and the question that scores such tasks.
 *
 * Rows i and i + B of a batch are views of crop i. The metric asks, of each view, whether its partner is the nearest
 * of the other 2B − 1 by cosine; chance is 1 / (2B − 1).
 */
import { UserError } from '../../src/core/errors.js';
import { tensor } from '../../src/core/tensor.js';
import type { Rng } from '../../src/core/random.js';
import type { Crop } from '../../src/scans/sampling/scan-set.js';
import type { TaskContext, TaskPlan } from '../../src/tasks/task.js';
import { tripleOf } from './options.js';
import { drawView, viewCrop, withoutAir, type ViewOptions } from './views.js';

export function viewPairs(
  task: string,
  options: ViewOptions,
  { channels, batch }: TaskContext,
): Omit<TaskPlan, 'loss' | 'pytorch'> {
  if (batch < 2) {
    throw new UserError({
      subject: `proxy task ${task}`,
      problem: 'compares crops with each other and needs a batch of at least 2, got 1',
      fix: 'raise "training.batch"',
    });
  }
  const size = tripleOf(options.size);
  const crop = viewCrop(options);
  const viewSize = channels * size[0] * size[1] * size[2];

  function prepare(crops: readonly Crop[], rng: Rng) {
    const views = new Float32Array(2 * crops.length * viewSize);
    crops.forEach((source, i) => {
      const voxels = withoutAir(source);
      [i, i + crops.length].forEach((row) => {
        const target = views.subarray(row * viewSize, (row + 1) * viewSize);
        drawView(voxels, crop, options, rng.split('view', row), target);
      });
    });
    return { views: tensor([2 * crops.length, channels, ...size], views) };
  }

  return {
    crop,
    foreground: options.foreground,
    inputs: [{ name: 'views', shape: [2 * batch, channels, ...size], dtype: 'f32' }],
    encoderInput: [2 * batch, channels, ...size],
    metric: 'accuracy',
    chance: 1 / (2 * batch - 1),
    worst: 0,
    prepare,
  };
}

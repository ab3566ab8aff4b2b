/**
 * Changes to a batch that ask where an answer is found: only borders, only interiors, or a leak that was put in.
 */
import { present } from '../core/errors.js';
import { tensor } from '../core/tensor.js';
import type { Batch } from '../pretrain/batches.js';
import type { TaskPlan } from '../tasks/task.js';
import { encoderInputOf, labelInputOf } from './questions.js';

/** Keeps what lies within, or beyond, `width` voxels of the faces of every part; the rest becomes 0. */
export function keeping(what: 'border' | 'interior', plan: TaskPlan, width: number): (batch: Batch) => Batch {
  const name = encoderInputOf(plan);
  const [, , depth, height, width3] = plan.encoderInput;
  const inside = Uint8Array.from({ length: depth * height * width3 }, (_, i) => {
    const place = [Math.floor(i / (height * width3)), Math.floor(i / width3) % height, i % width3];
    const extents = [depth, height, width3];
    return place.every((p, axis) => p >= width && p < (extents[axis] ?? 0) - width) ? 1 : 0;
  });
  const kept = what === 'interior' ? 1 : 0;
  return (batch) => {
    const shown = present(batch[name], name);
    const data = Float32Array.from(shown.data, (value, i) =>
      inside[i % inside.length] === kept ? value : 0,
    );
    return { ...batch, [name]: tensor(shown.shape, data) };
  };
}

/** Writes the answer onto a face: which part, which face and how bright follow from the class. */
export function planted(plan: TaskPlan, batchSize: number): (batch: Batch) => Batch {
  const name = encoderInputOf(plan);
  const label = present(labelInputOf(plan), 'a classification task');
  return (batch) => {
    const shown = present(batch[name], name);
    const [rows = 1, channels = 1, depth = 1, height = 1, width = 1] = shown.shape;
    const parts = rows / batchSize;
    const voxels = depth * height * width;
    const data = Float32Array.from(shown.data);
    for (let question = 0; question < batchSize; question++) {
      const answer = batch[label]?.data[question] ?? 0;
      const part = question * parts + (answer % parts);
      const face = Math.floor(answer / parts) % 6;
      const bright = 3 + 3 * Math.floor(answer / (parts * 6));
      const [extent, stride] = (
        [
          [depth, height * width],
          [height, width],
          [width, 1],
        ] as const
      )[face >> 1] ?? [1, 1];
      const place = face % 2 === 0 ? 0 : extent - 1;
      for (let v = 0; v < voxels; v++) {
        if (Math.floor(v / stride) % extent === place) data[part * channels * voxels + v] = bright;
      }
    }
    return { ...batch, [name]: tensor(shown.shape, data) };
  };
}

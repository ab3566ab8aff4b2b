/**
 * Changes to a batch that ask where an answer is found: only borders, only interiors, or a leak that was put in.
 */
import { present } from '../core/errors.js';
import { tensor } from '../core/tensor.js';
import type { Batch } from '../pretrain/batches.js';
import type { TaskPlan } from '../tasks/task.js';
import { encoderInputOf, questionsIn } from './questions.js';

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

/**
 * Writes the answer onto the faces of one of the parts that only its question shows: which part, and which of the six
 * faces are bright and which are dark, follow from the class. Up to 64 classes per part can be told apart linearly.
 */
export function planted(plan: TaskPlan, batchSize: number): (batch: Batch) => Batch {
  const asking = present(plan.questions, 'a task that asks for classes');
  const name = asking.shown;
  return (batch) => {
    const shown = present(batch[name], name);
    const [, channels = 1, depth = 1, height = 1, width = 1] = shown.shape;
    const voxels = depth * height * width;
    const data = Float32Array.from(shown.data);
    for (const { own, answer } of questionsIn(batch, asking, batchSize)) {
      const part = present(own[answer % own.length], 'a part that only this question shows');
      const first = part * channels * voxels;
      writeFaces(
        data.subarray(first, first + voxels),
        [depth, height, width],
        Math.floor(answer / own.length),
      );
    }
    return { ...batch, [name]: tensor(shown.shape, data) };
  };
}

/** Each face bright or dark, by a bit of `code` each. */
function writeFaces(
  part: Float32Array,
  [depth, height, width]: readonly [number, number, number],
  code: number,
) {
  const axes = [
    [depth, height * width],
    [height, width],
    [width, 1],
  ] as const;
  axes.forEach(([extent, stride], axis) => {
    [0, extent - 1].forEach((place, end) => {
      const value = ((code >> (2 * axis + end)) & 1) === 1 ? 3 : -3;
      for (let v = 0; v < part.length; v++) if (Math.floor(v / stride) % extent === place) part[v] = value;
    });
  });
}

/**
 * Batches by number: batch `i` of a stream depends on the stream's generator and on `i` alone, so that any step
 * can be made again, in any process.
 */
import { rngOf, type Key, type Rng } from '../core/random.js';
import { intTensor, sizeOf, tensor, type AnyTensor } from '../core/tensor.js';
import { present } from '../core/errors.js';
import { drawCrop } from '../scans/sampling/crops.js';
import type { Crop, ScanSet } from '../scans/sampling/scan-set.js';
import type { BatchMode, TaskPlan } from '../tasks/task.js';

export type Batch = Readonly<Record<string, AnyTensor>>;

/** Draws tried before a crop that the task would rather not have is taken all the same. */
const tries = 12;

export interface BatchStream {
  readonly set: ScanSet;
  readonly plan: TaskPlan;
  readonly size: number;
  readonly split: 'train' | 'validation';
  readonly rng: Rng;
}

export function makeBatch({ set, plan, size, split, rng }: BatchStream, index: number): Batch {
  const draw = rng.split('batch', index);
  const crops = Array.from({ length: size }, (_, i) => drawAccepted(set, plan, split, draw.split('draw', i)));
  const mode: BatchMode = split === 'train' ? 'train' : 'evaluate';
  return plan.prepare(crops, draw.split('prepare'), mode);
}

function drawAccepted(set: ScanSet, plan: TaskPlan, split: 'train' | 'validation', rng: Rng): Crop {
  let crop = drawCrop(set, split, plan.crop, plan.foreground, rng);
  for (let left = tries - 1; left > 0 && plan.accepts?.(crop) === false; left--) {
    crop = drawCrop(set, split, plan.crop, plan.foreground, rng);
  }
  return crop;
}

/** Batches `first` to `first + count - 1` of a stream: what one call of the engine takes. */
export interface BatchCall {
  /** Key of the stream's generator. */
  readonly key: Key;
  readonly first: number;
  readonly count: number;
}

/** Where training gets its batches from; any source gives the same ones. */
export interface BatchSource {
  /** The call's batches, stacked. */
  take(call: BatchCall): Promise<Batch>;
  /** Says which call will be taken next, for sources that can begin with it while the engine trains. */
  ahead(call: BatchCall): void;
}

/** Makes batches when they are taken. */
export function batchesHere(stream: Omit<BatchStream, 'rng'>): BatchSource {
  return {
    take: ({ key, first, count }) => {
      const rng = rngOf(...key);
      const batches = Array.from({ length: count }, (_, i) => makeBatch({ ...stream, rng }, first + i));
      return Promise.resolve(stackBatches(batches));
    },
    ahead: () => undefined,
  };
}

/** Stacks equal-shaped batches along a new leading axis: what `Session.train` takes for several steps. */
export function stackBatches(batches: readonly Batch[]): Batch {
  const first = present(batches[0], 'at least one batch to stack');
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, dtype }]): [string, AnyTensor] => {
      const parts = batches.map((batch) => present(batch[name], `input ${name} in every batch`).data);
      const stacked = [batches.length, ...shape];
      if (dtype === 'f32') {
        const data = new Float32Array(sizeOf(stacked));
        parts.forEach((part, i) => data.set(part, i * part.length));
        return [name, tensor(stacked, data)];
      }
      const data = new Int32Array(sizeOf(stacked));
      parts.forEach((part, i) => data.set(part, i * part.length));
      return [name, intTensor(stacked, data)];
    }),
  );
}

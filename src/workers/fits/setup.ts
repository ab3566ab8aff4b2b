/**
 * What all fits of a run share, as plain data for threads: rows and what is known of them, features, encoders, the place to
 * compute. Large arrays lie in shared memory.
 */
import type { Tensor, TensorMap } from '../../core/tensor.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import type { StartingEncoder } from '../../downstream/training/fit.js';

export interface FitSetup {
  /** Hash of what the run is made from: task, manifest, encoder, scans, engine. */
  readonly identity: string;
  /** Folder of the fits. */
  readonly folder: string;
  /** Name of the head, or the path of the user's own. */
  readonly head: string;
  readonly cohort: Cohort;
  /** Frozen features `[rows of the cohort, F]` by name. */
  readonly features: TensorMap;
  /** Encoders that fits train, by name. */
  readonly encoders: Readonly<Record<string, StartingEncoder>>;
  readonly engine: string;
  readonly device: string;
  /** Threads within one operation, per fit. */
  readonly threads: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
}

/** A copy in memory that threads share instead of copying it. */
export function shareTensor({ shape, data }: Tensor): Tensor {
  const shared = new Float32Array(new SharedArrayBuffer(data.byteLength));
  shared.set(data);
  return { shape, dtype: 'f32', data: shared };
}

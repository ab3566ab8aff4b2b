/**
 * What all fits of a run share, as plain data for threads: rows and what is known of them, features, encoders, scans, the place
 * to compute. Large arrays lie in shared memory.
 */
import type { Tensor } from '../../core/tensor.js';
import type { Cohort, Covariate } from '../../downstream/cohort/cohort.js';
import type { StartingEncoder } from '../../downstream/training/fit.js';
import type { CropOptions } from '../../downstream/training/scan-inputs.js';
import type { Normalisation } from '../../published/normalisation.js';
import type { SharedScans } from '../../scans/sampling/scan-set-transfer.js';

export interface FitSetup {
  /** Hash of what the run is made from: task, manifest, encoder, scans, engine. */
  readonly identity: string;
  /** Folder of the fits. */
  readonly folder: string;
  /** Name of the head, or the path of the user's own. */
  readonly head: string;
  readonly cohort: Cohort;
  /** Sets of covariates of the cohort's rows, by name. */
  readonly covariates: Readonly<Record<string, readonly Covariate[]>>;
  /** Frozen features of the cohort's rows, by name. */
  readonly features: Readonly<Record<string, RowFeatures>>;
  /** Encoders that fits train, by name. */
  readonly encoders: Readonly<Record<string, StartingEncoder>>;
  /** Absent where no fit reads scans. */
  readonly scans?: FitScans;
  readonly engine: string;
  readonly device: string;
  /** Threads within one operation, per fit. */
  readonly threads: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
}

export interface RowFeatures {
  /** `[rows, F]`, or of tiles `[T, F]`, row after row. */
  readonly features: Tensor;
  /** How many of the last columns are of the encoder's first stage; absent: none. */
  readonly early?: number;
  /** Tiles of each row; absent: one each. */
  readonly tiles?: readonly number[];
}

export interface FitScans {
  readonly shared: SharedScans;
  /** The volume of each row of the cohort. */
  readonly volumes: readonly number[];
  readonly crop: Omit<CropOptions, 'own'>;
  /** Normalisation that the encoder brings, instead of the task's. */
  readonly normalisation: Normalisation | null;
}

/** A copy in memory that threads share instead of copying it. */
export function shareFeatures({ features, ...rest }: RowFeatures): RowFeatures {
  const data = new Float32Array(new SharedArrayBuffer(features.data.byteLength));
  data.set(features.data);
  return { features: { ...features, data }, ...rest };
}

/**
 * What the export of a fine-tuned model is made of.
 */
import type { Tensor, TensorMap, Triple } from '../../core/tensor.js';
import type { CovariatePlan } from '../../downstream/cohort/encode.js';
import type { HeadConstants } from '../../downstream/head.js';
import type { Targets } from '../../downstream/targets.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import type { Architecture } from '../../nn/architecture.js';
import type { PythonSource, PythonTask } from '../../tasks/task.js';
import type { ExportedScans } from '../contents.js';

/** The encoder of a model, with its own weights, and how scans reach it. */
export interface ExportedEncoder {
  readonly architecture: Architecture;
  /** Named as in its `state_dict`. */
  readonly weights: TensorMap;
  /** Trainable parameters by layer, first to last. */
  readonly layers: readonly (readonly string[])[];
  readonly scans: ExportedScans;
  /** Voxels `[D, H, W]` of a crop. */
  readonly size: Triple;
  /** Mean and deviation that the encoder was published with; null: the task's normalisation. */
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  /** Words on its origin. */
  readonly description: string;
}

export interface DownstreamExport {
  readonly task: DownstreamTask;
  /** Version of voxolve. */
  readonly version: string;
  readonly targets: Targets;
  /** Absent where the model reads a table alone. */
  readonly encoder?: ExportedEncoder;
  /** Named `standardise.…`, `fusion.…`, `head.…`. */
  readonly weights: TensorMap;
  readonly constants: HeadConstants;
  /** How many of the columns that are read of the encoder are of its first stage; absent: none. */
  readonly early?: number;
  /** Absent where the model reads no table. */
  readonly covariates?: CovariatePlan;
  readonly fusion: PythonTask;
  /** Absent where the head has no Python. */
  readonly head?: PythonSource;
  /** Times of survival; absent for other targets. */
  readonly times?: readonly number[];
  readonly temperature?: number;
  /** Of two classes: a row of the group is decided for the second one from this probability on; absent where none were fitted. */
  readonly thresholds?: Readonly<Record<string, number>>;
  /** Most rows of a step. */
  readonly batch: number;
  /** True where the head was solved exactly, in no step. */
  readonly exact: boolean;
  /** Inputs (`crops` `[N, C, D, H, W]`, `covariates` `[N, P]`) and the predictions that voxolve computes for them, by name. */
  readonly parity: Readonly<Record<string, Tensor>>;
}

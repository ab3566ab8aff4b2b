/**
 * Fits one downstream model: an encoder (frozen, trained, or none), covariates, their fusion, and a head.
 */
import type { Key } from '../../core/random.js';
import type { Curve } from '../../core/records.js';
import type { TensorMap } from '../../core/tensor.js';
import type { Engine, EngineOptions, SessionState } from '../../engines/engine.js';
import type { Architecture } from '../../nn/architecture.js';
import type { Head, HeadConstants, HeadContext } from '../head.js';
import type { DownstreamTask } from '../task-file.js';
import type { ModelRows } from './rows.js';

/** An encoder with the weights that training starts from. */
export interface StartingEncoder {
  readonly architecture: Architecture;
  /** Named as in its `state_dict`. */
  readonly weights: TensorMap;
  /** True if its first stage is read, too, as the last columns of its features (`HeadContext.early`). */
  readonly early?: boolean;
}

/** Everything that training needs to go on as if nothing had happened. */
export interface FitSnapshot {
  readonly state: SessionState;
  readonly curves: readonly Curve[];
  readonly best: { readonly step: number; readonly loss: number; readonly weights: TensorMap } | null;
}

export interface FitJob {
  readonly task: DownstreamTask;
  readonly head: Head;
  readonly train: ModelRows;
  /** Patients that end training and choose its best step; absent: it runs to its last step. */
  readonly heldOut?: ModelRows;
  /** The encoder that reads `scans` of rows that bring no features; trained unless the task freezes it. */
  readonly encoder?: StartingEncoder;
  /** Times at which survival is told, the same for all models of a cohort (`HeadContext`). */
  readonly times?: readonly number[];
  /** All random numbers follow from it. */
  readonly key: Key;
  readonly place: { readonly engine: Engine } & EngineOptions;
  /** Asked between calls of the engine; once true, fitting ends with `Interrupted` (src/pretrain/pretrain.ts). */
  readonly interrupted?: () => boolean;
  readonly from?: FitSnapshot;
  readonly checkpoint?: { readonly every: number; readonly save: (snapshot: FitSnapshot) => Promise<void> };
}

/** A fitted model as plain data. */
export interface FittedModel {
  /** `encoder.…` where it was trained, `standardise.…`, `fusion.…`, `head.…`. */
  readonly weights: TensorMap;
  readonly constants: HeadConstants;
  /** What the head was planned with, targets of training among it: predictions need the same plan. */
  readonly context: HeadContext;
  readonly curves: readonly Curve[];
  /** Steps taken, and the step whose weights these are; 0 where the head was solved exactly. */
  readonly steps: number;
  readonly best: number;
  /** Of the training rows; of heads that are solved exactly and have one. */
  readonly logLikelihood?: number;
  /** Of heads that are solved exactly and chose one from the training rows: handed to such a head, it gives the same weights. */
  readonly penalty?: number;
}

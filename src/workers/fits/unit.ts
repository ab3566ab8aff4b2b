/**
 * One fit as plain data: which rows it learns from, which rows it answers for, and what it reads of them. Its outcome depends on
 * nothing else (and on the setup, which all fits of a run share).
 */
import type { Key } from '../../core/random.js';
import type { TensorMap } from '../../core/tensor.js';
import type { CovariatePlan } from '../../downstream/cohort/encode.js';
import type { FittedModel } from '../../downstream/training/fit.js';
import type { DownstreamTask } from '../../downstream/task-file.js';

/** What a model reads of its rows: names of what the setup holds. */
export interface ModelInputs {
  /** Frozen features. */
  readonly features?: string;
  /** An encoder that is trained, on the setup's scans. */
  readonly encoder?: string;
  /** A set of covariates. */
  readonly covariates?: string;
  /** True: values of covariates beyond those of the training rows count as the nearest of these. */
  readonly bounded?: true;
}

export interface FitUnit {
  /** Such as `final`, `fold-1`, `labels-20/repeat-2/fold-3/random`: the folder of the fit in that of the run. */
  readonly name: string;
  /** The run's task, or one with less to read. */
  readonly task: DownstreamTask;
  /** A head other than the run's, by its name. */
  readonly head?: string;
  readonly inputs: ModelInputs;
  /** Rows of the cohort that weights are learned from. */
  readonly train: readonly number[];
  /** Rows that choose the best step; none: training runs to its last step. */
  readonly heldOut: readonly number[];
  /** Rows that are answered for. */
  readonly answer: readonly number[];
  /** Times at which survival is told, the same for all models of a run; absent for other targets. */
  readonly times?: readonly number[];
  /** True where the head is solved exactly: without a penalty, columns of covariates that follow from others are left out. */
  readonly exact: boolean;
  /** All random numbers follow from it. */
  readonly key: Key;
}

/** What is left of a fit: the model, and its answers. */
export interface FitResult {
  readonly model: FittedModel;
  /** What the head told of each row of `answer`, in their order, before calibration. */
  readonly answers: TensorMap;
  /** How covariates become columns; null where the model reads none. */
  readonly covariates: CovariatePlan | null;
}

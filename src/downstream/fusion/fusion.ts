/**
 * The contract of a fusion: how the features of a scan and its covariates become what a head reads.
 */
import type { ZodType } from 'zod';
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';
import type { PythonTask } from '../../tasks/task.js';

/** Both standardised by the training rows, where features are frozen; one of them is there at least. */
export interface FusionInputs {
  /** `[N, F]`. */
  readonly features?: Value;
  /** `[N, P]`. */
  readonly covariates?: Value;
}

export interface Fused {
  /** `[N, …]`: what the head reads. */
  readonly fused: Value;
  /** A scalar that is added to the head's loss; absent: none. */
  readonly loss?: Value;
}

/** Columns of each part, 0 where there is none. */
export interface FusionColumns {
  readonly features: number;
  readonly covariates: number;
}

export interface FusionPlan {
  /** Parameters are named `fusion.…` and declared with `shared: true`, since training and answering may share a graph. */
  fuse(builder: Builder, inputs: FusionInputs): Fused;
  /**
   * The fusion in PyTorch: the first file holds a module `Fusion`, made as `Fusion(**settings)`, whose `state_dict` names
   * parameters as here without `fusion.`, and whose `forward(features, covariates)` returns what is fused, and the loss to add
   * or None; either input may be None where the model has no such part.
   */
  pytorch(columns: FusionColumns): PythonTask;
}

export interface Fusion<Options = unknown> {
  readonly name: string;
  /** Paper or page that the fusion follows. */
  readonly source: string;
  readonly options: ZodType<Options>;
  plan(options: Options): FusionPlan;
}

/** Types a fusion's options by its schema; the registry forgets them again. */
export function defineFusion<Options>(fusion: Fusion<Options>): Fusion<Options> {
  return fusion;
}

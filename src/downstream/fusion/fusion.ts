/**
 * The contract of a fusion: how the features of a scan and its covariates become what a head reads.
 */
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';

/** Both standardised by the training rows; one of them is there at least. */
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

export interface FusionPlan {
  /** Parameters are named `fusion.…` and declared with `shared: true`, since training and answering may share a graph. */
  fuse(builder: Builder, inputs: FusionInputs): Fused;
}

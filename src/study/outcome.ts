/**
 * What a study asks of whoever evaluates candidates, and what it gets back. Plain data, fit for messages.
 */
import type { Genome } from '../search/strategy.js';
import type { Curve, EvaluationStatus } from '../store/evaluations.js';
import type { TensorMap } from '../core/tensor.js';

export interface Assessment {
  readonly params: number | null;
  readonly macs: number | null;
  /** Why the genome cannot be evaluated, in plain words; null where it can. */
  readonly infeasible: string | null;
}

export interface EvaluationRequest {
  readonly number: number;
  readonly genome: Genome;
  /** The fidelity: 0 is the lowest. */
  readonly rung: number;
  /** Share of the full training at that rung, in (0, 1]. */
  readonly share: number;
  /** The experiment's seed; training draws from generators keyed by it, the number and a purpose. */
  readonly seed: number;
  /** The parent's weights where children inherit and it has some. */
  readonly parent?: { readonly number: number; readonly weights: TensorMap };
}

export interface EvaluationOutcome {
  readonly status: EvaluationStatus;
  /** Finite where `done` or `diverged` (then the task's worst), null otherwise. */
  readonly score: number | null;
  /** Training steps taken. */
  readonly steps: number;
  readonly engine: string;
  readonly device: string;
  readonly seconds: number;
  readonly error: string | null;
  readonly attempts: number;
  readonly curves: readonly Curve[];
  readonly weights?: TensorMap;
  /** Whose weights it started from, and where each tensor's values came from. */
  readonly inherited?: {
    readonly from: number;
    readonly tensors: Readonly<Record<string, string>>;
  };
}

/**
 * Evaluates a candidate. Must depend on the request alone. It settles failures itself (retries, then `failed`);
 * a rejection stops the study, unless the signal was aborted: then the candidate is left for the next run.
 */
export type Evaluate = (request: EvaluationRequest, signal: AbortSignal) => Promise<EvaluationOutcome>;

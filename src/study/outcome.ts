/**
 * What a study asks of whoever evaluates candidates, and what it gets back. Plain data, fit for messages.
 */
import type { Genome } from '../search/strategy.js';
import type { Curve, EvaluationStatus, ProbeValue, Purpose } from '../store/evaluations.js';
import type { Threshold } from './curve-stopping.js';
import type { TensorMap } from '../core/tensor.js';

export interface Assessment {
  readonly params: number | null;
  readonly macs: number | null;
  /** Predicted milliseconds of one inference; absent or null where the search does not limit them. */
  readonly latency?: number | null;
  /** Why the genome cannot be evaluated, in plain words; null where it can. */
  readonly infeasible: string | null;
}

export interface EvaluationRequest {
  readonly number: number;
  readonly genome: Genome;
  /** The fidelity: 0 is the lowest. */
  readonly rung: number;
  /** Share of the full training's steps: in (0, 1] in the search, perhaps more beside it. */
  readonly share: number;
  /** Training draws from generators keyed by it, the number and a purpose; the experiment's within the search. */
  readonly seed: number;
  readonly purpose: Purpose;
  /** Whether the features are to be probed. */
  readonly probe: boolean;
  /** Scores to be reached by training steps, ascending; training ends where one is missed. */
  readonly stopBelow?: readonly Threshold[];
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
  /** Bytes by which training grew its process at most; absent where that could not be told. */
  readonly peakBytes?: number;
  readonly error: string | null;
  readonly attempts: number;
  readonly curves: readonly Curve[];
  readonly probes?: readonly ProbeValue[];
  /** What ended training before its last step: `saturated`, `curve`. */
  readonly ended?: string;
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

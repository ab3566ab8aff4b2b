/**
 * The plain records of an evaluation, from the decision on a candidate to the row in the database: strategy, study, workers,
 * pretraining and store all use these. Plain data, fit for messages between threads, processes and machines.
 */
import type { Json } from './json.js';
import type { TensorMap } from './tensor.js';

/** A point of a search space, as plain JSON. */
export type Genome = Json;

export interface Mutation {
  /** What was done: the gene type's or the space's operator, such as `resample`, `step`, `insert`, `remove`. */
  readonly kind: string;
  /** Where in the genome, as a JSON pointer (RFC 6901): `before` becomes `after` there. */
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
}

export interface Parent {
  /** The parent's number, which is below the child's. */
  readonly number: number;
  /** `parent`: mutated from it; `crossover`: holds parts of it; `promotion`: the same genome, trained for longer. */
  readonly role: 'parent' | 'crossover' | 'promotion';
}

/** Cost of training a network, known before anything is compiled. */
export interface ProgramCost {
  /** Trainable parameters of encoder and head. */
  readonly params: number;
  /** Multiply-accumulates of one forward pass of a batch. */
  readonly macs: number;
  /** Predicted peak memory of training on the engine, in bytes. */
  readonly trainingBytes: number;
}

/** Cost of a genome's network, or the reason why it cannot be trained under the experiment's constraints. */
export type Feasibility = (
  | { readonly feasible: true; readonly cost: ProgramCost }
  | {
      readonly feasible: false;
      /** In plain words. */
      readonly reason: string;
      /** Absent where an earlier rule was broken. */
      readonly cost?: ProgramCost;
    }
) & {
  /** Predicted milliseconds of one inference; absent where the search does not limit them. */
  readonly latency?: number;
};

/** `search`: the strategy is told the score; `trust` and `winner`: auxiliary evaluations (docs/trust.md). */
export type Purpose = 'search' | 'trust' | 'winner';

/** State of a candidate in the log. */
export type CandidateStatus = 'pending' | 'running' | 'done' | 'failed' | 'infeasible';

/** `diverged`: a loss was not finite, or grew beyond its limit; `failed`: the machine ended every attempt. */
export type EvaluationStatus = 'done' | 'diverged' | 'failed' | 'infeasible';

/** Reason why training ended before its last step: the score stopped improving, or fell behind what others reach. */
export type Ended = 'saturated' | 'curve';

/** Training ends at `step` where no score up to then has reached `score`. */
export interface Threshold {
  readonly step: number;
  readonly score: number;
}

/** One line of a plot: values of `name` at training steps. */
export interface Curve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Names of figures that an experiment's objective leaves among the probes: the proxy task's own score, and the worst group's metric. */
export const PROXY_SCORE = 'proxy';
export const WORST_GROUP = 'worst_group';

/** A figure of a probe of frozen features, with its 95 % interval where there is one. */
export interface ProbeValue {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Origin of a tensor's values: `copied` as it was; `resized` (repeated, padded or cut); `identity`, `zero` or `open`, so
 * that a new layer changes nothing; `fresh`, initialised as in any new network.
 */
export type Provenance = 'copied' | 'resized' | 'identity' | 'zero' | 'open' | 'fresh';

/** Weights that training started from. */
export interface Inherited {
  /** Number of the candidate that they came from. */
  readonly from: number;
  readonly tensors: Readonly<Record<string, Provenance>>;
}

/** One evaluation to be done. Its outcome depends on nothing else (and on the experiment, which all jobs share). */
export interface EvaluationJob {
  readonly number: number;
  readonly genome: Genome;
  /** Predicted before: schedules the training and sets its pace, and changes no result. */
  readonly cost: ProgramCost;
  /** The fidelity: 0 is the lowest. */
  readonly rung: number;
  /** Share of the full training's steps: in (0, 1] in the search, perhaps more in auxiliary evaluations. */
  readonly share: number;
  /** Training draws from generators keyed by it, the number and a purpose; the experiment's within the search. */
  readonly seed: number;
  readonly purpose: Purpose;
  /** True if the features are to be probed, where the experiment has labelled scans. */
  readonly probe: boolean;
  /** Scores to be reached by training steps, ascending; training ends where one is missed. */
  readonly stopBelow?: readonly Threshold[];
  /** The parent's weights, named as in a training program, where children inherit and it has some. */
  readonly parent?: { readonly number: number; readonly weights: TensorMap };
}

/** Result of an evaluation. */
export interface EvaluationOutcome {
  readonly status: EvaluationStatus;
  /** To be maximised; finite where `done` or `diverged` (then the task's worst), null otherwise. */
  readonly score: number | null;
  /** Training steps taken; fewer than asked for where training diverged or was ended. */
  readonly steps: number;
  /** Absent where training ran to its last step or diverged. */
  readonly ended?: Ended;
  readonly engine: string;
  readonly device: string;
  /** Class of the processor that computed it; absent where that was this machine's own (docs/many-machines.md). */
  readonly processorClass?: string;
  /** Name of the worker that computed it; absent where that was this machine. */
  readonly worker?: string;
  readonly seconds: number;
  /** Bytes by which training grew its process at most; absent where that could not be told. */
  readonly peakBytes?: number;
  /** Why there is no score, or what went wrong; null where nothing did. */
  readonly error: string | null;
  /** How often it was tried. */
  readonly attempts: number;
  readonly curves: readonly Curve[];
  readonly probes?: readonly ProbeValue[];
  /** Named as in a training program; absent where there is no score or training diverged. */
  readonly weights?: TensorMap;
  /** Absent where training started from freshly drawn weights. */
  readonly inherited?: Inherited;
}

/** The part of an outcome that training itself knows. */
export type TrainingOutcome = Pick<EvaluationOutcome, 'steps' | 'ended' | 'curves' | 'weights'> & {
  readonly status: 'done' | 'diverged';
  readonly score: number;
};

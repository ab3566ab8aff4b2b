/**
 * What workers exchange with the study's process: plain data only.
 */
import type { TensorMap } from '../core/tensor.js';
import type { Experiment } from '../experiment/schema.js';
import type { Provenance } from '../pretrain/inherit.js';
import type { Curve } from '../pretrain/curves.js';
import type { SharedScans } from '../scans/recipe.js';
import type { Genome } from '../search/strategy.js';

/** `thread`: training runs in the piscina thread. `process`: the thread owns a child process that trains. */
export type Isolation = 'thread' | 'process';

export interface WorkerSetup {
  readonly experiment: Experiment;
  readonly engine: string;
  readonly device: string;
  /** Threads within one operation, per worker. */
  readonly threads: number;
  readonly isolation: Isolation;
  /** Threads share the memory of a set that is held whole; child processes open it again from the cache. */
  readonly scans: SharedScans;
  /** Shared between threads: 1 once the user has stopped the run. */
  readonly stop: Int32Array;
}

export interface Job {
  readonly number: number;
  readonly genome: Genome;
  /** Share of the experiment's training steps to take, in (0, 1]. */
  readonly share: number;
  /** Whose weights to start from: named as in a training program. */
  readonly parent?: { readonly number: number; readonly weights: TensorMap };
}

/** What one attempt to train a candidate came to. */
export interface AttemptOutcome {
  readonly status: 'done' | 'diverged' | 'failed' | 'infeasible';
  readonly score: number | null;
  readonly steps: number;
  readonly seconds: number;
  readonly curves: readonly Curve[];
  readonly error?: string;
  readonly weights?: TensorMap;
  /** What was inherited, by tensor. */
  readonly inherited?: Inherited;
}

export interface Inherited {
  /** Number of the candidate that the weights came from. */
  readonly from: number;
  readonly tensors: Readonly<Record<string, Provenance>>;
}

export interface Outcome extends AttemptOutcome {
  readonly attempts: number;
}

/**
 * What workers exchange with the study's process: plain data only.
 */
import type { TensorMap } from '../core/tensor.js';
import type { CodeRecord } from '../experiment/code-record.js';
import type { Experiment } from '../experiment/schema.js';
import type { Provenance } from '../pretrain/inherit.js';
import type { Curve } from '../pretrain/curves.js';
import type { Ended } from '../pretrain/pretrain.js';
import type { Threshold } from '../pretrain/stopping.js';
import type { LabelledSet } from '../probes/labelled-set.js';
import type { ProbeValue } from '../probes/values.js';
import type { SharedScans } from '../scans/sampling/scan-set-transfer.js';
import type { Genome } from '../search/strategy.js';

/** `thread`: training runs in the piscina thread. `process`: the thread owns a child process that trains. */
export type Isolation = 'thread' | 'process';

export interface WorkerSetup {
  readonly experiment: Experiment;
  /** The user's own code; a worker that finds other code on the disk refuses. */
  readonly code: CodeRecord;
  readonly engine: string;
  readonly device: string;
  /** Threads within one operation, per worker. */
  readonly threads: number;
  readonly isolation: Isolation;
  /** Whether a training process, or this one, runs one candidate at a time: only then is a peak of memory a candidate's. */
  readonly alone: boolean;
  /** What a worker's process gets in its environment: the GPU that it is kept on. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether batches are made in a thread of their own; changes no result (`overlapPays`). */
  readonly prefetch: boolean;
  /** Threads share the memory of a set that is held whole; child processes open it again from the cache. */
  readonly scans: SharedScans;
  /** What features are probed with; absent where the experiment names no labelled scans. */
  readonly labelled?: LabelledSet;
  /** Shared between threads: 1 once the user has stopped the run. */
  readonly stop: Int32Array;
}

export interface Job {
  readonly number: number;
  readonly genome: Genome;
  /** Training steps to take as a multiple of the experiment's. */
  readonly share: number;
  /** Keys the generators, with the number. */
  readonly seed: number;
  /** Whether to probe the features, where there are labelled scans. */
  readonly probe: boolean;
  /** Scores to be reached by training steps; training ends where one is missed. */
  readonly stopBelow?: readonly Threshold[];
  /** Memory that it is predicted to take, in bytes; it is started where that is free. */
  readonly bytes: number;
  /** Whose weights to start from: named as in a training program. */
  readonly parent?: { readonly number: number; readonly weights: TensorMap };
}

/** What one attempt to train a candidate came to. */
export interface AttemptOutcome {
  readonly status: 'done' | 'diverged' | 'failed' | 'infeasible';
  readonly score: number | null;
  readonly steps: number;
  readonly seconds: number;
  /** Bytes by which its process grew at most; absent where that could not be told. */
  readonly peakBytes?: number;
  readonly curves: readonly Curve[];
  readonly probes?: readonly ProbeValue[];
  /** What ended training before its last step. */
  readonly ended?: Ended;
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

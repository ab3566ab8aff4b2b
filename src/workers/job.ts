/**
 * Setup of a worker, and the outcome of one attempt: plain data only.
 */
import type { EvaluationOutcome } from '../core/records.js';
import type { OutcomeSet } from '../downstream/objective/outcome-set.js';
import type { CodeRecord } from '../experiment/code-record.js';
import type { Experiment } from '../experiment/schema.js';
import type { LabelledSet } from '../probes/labelled-set.js';
import type { SharedScans } from '../scans/sampling/scan-set-transfer.js';

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
  /** True if a training process, or this one, runs one candidate at a time: only then is a peak of memory a candidate's. */
  readonly alone: boolean;
  /** Environment of a worker's process: the GPU that it is bound to. */
  readonly environment: Readonly<Record<string, string>>;
  /** True if batches are made in a thread of their own; changes no result (core-use.ts). */
  readonly prefetch: boolean;
  /** True if threads that wait may spin for a moment; changes no result (core-use.ts). */
  readonly spin: boolean;
  /** Threads share the memory of a set that is held whole; child processes open it again from the cache. */
  readonly scans: SharedScans;
  /** Labelled crops that candidates are scored by; absent where the proxy task's metric is the score. */
  readonly outcomes?: OutcomeSet;
  /** Labelled crops to probe features with; absent where the experiment names no labelled scans. */
  readonly labelled?: LabelledSet;
}

/** Outcome of one attempt, which does not know how many there were. */
export type AttemptOutcome = Omit<EvaluationOutcome, 'attempts'>;

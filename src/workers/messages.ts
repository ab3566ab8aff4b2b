/**
 * Messages between the pool, its threads and their child processes, and the error that a lost attempt becomes.
 */
import type { MessagePort } from 'node:worker_threads';
import type { ErrorDetails } from '../core/errors.js';
import type { EvaluationJob } from '../core/records.js';
import type { ScanRecipe } from '../scans/sampling/scan-set.js';
import type { ContinuationData, Told } from './continuation/continuation.js';
import type { RuntimeSetup } from './runtime.js';
import type { AttemptOutcome } from './job.js';

/** Task of a thread. */
export interface ThreadTask {
  readonly job: EvaluationJob;
  /** Shared with the thread: one of `ORDER`. */
  readonly order: Int32Array;
  /** Absent: nothing is saved. */
  readonly continuation?: ContinuationData & {
    /** Where the thread posts what it tells. */
    readonly port: MessagePort;
  };
}

/** Answer of a thread. */
export type ThreadReply = AttemptOutcome | Refusal | HandedBack;

export type ChildRequest =
  | { readonly kind: 'setup'; readonly setup: RuntimeSetup; readonly recipe: ScanRecipe }
  | { readonly kind: 'job'; readonly job: EvaluationJob; readonly continuation?: ContinuationData }
  /** Save what the job under way has reached, and answer `handed back`. */
  | { readonly kind: 'hand back' };

/** The answer to a job, which may tell something before. */
export type ChildReply =
  | { readonly kind: 'outcome'; readonly outcome: AttemptOutcome }
  | Refusal
  | HandedBack
  | { readonly kind: 'told'; readonly told: Told }
  | { readonly kind: 'error'; readonly message: string };

/** The job was left to somebody else, as was asked; errors lose their class on the way. */
export interface HandedBack {
  readonly kind: 'handed back';
}

/** Something that the user must put right, such as a damaged cache: it ends the run, since other attempts meet it too. */
export interface Refusal {
  readonly kind: 'refused';
  readonly details: ErrorDetails;
}

/** The machine, not the candidate, ended an attempt: worth another one. */
export class AttemptLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AttemptLost';
  }
}

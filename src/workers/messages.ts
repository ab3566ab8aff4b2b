/**
 * Messages between the pool, its threads and their child processes, and the error that a lost attempt becomes.
 */
import type { ErrorDetails } from '../core/errors.js';
import type { EvaluationJob } from '../core/records.js';
import type { ScanRecipe } from '../scans/sampling/scan-set.js';
import type { RuntimeSetup } from './runtime.js';
import type { AttemptOutcome } from './job.js';

/** Task of a thread. */
export interface ThreadTask {
  readonly job: EvaluationJob;
  /** Shared with the thread: 1 once it shall stop. */
  readonly stop: Int32Array;
}

export type ChildRequest =
  | { readonly kind: 'setup'; readonly setup: RuntimeSetup; readonly recipe: ScanRecipe }
  | { readonly kind: 'job'; readonly job: EvaluationJob };

export type ChildReply =
  | { readonly kind: 'outcome'; readonly outcome: AttemptOutcome }
  | Refusal
  | { readonly kind: 'error'; readonly message: string };

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

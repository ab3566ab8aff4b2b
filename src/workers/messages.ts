/**
 * What a worker thread and its child process say to each other, and the error that a lost attempt becomes.
 */
import type { ErrorDetails } from '../core/errors.js';
import type { ScanRecipe } from '../scans/sampling/scan-set.js';
import type { RuntimeSetup } from './runtime.js';
import type { Job, AttemptOutcome } from './job.js';

export type ChildRequest =
  | { readonly kind: 'setup'; readonly setup: RuntimeSetup; readonly recipe: ScanRecipe }
  | { readonly kind: 'job'; readonly job: Job };

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

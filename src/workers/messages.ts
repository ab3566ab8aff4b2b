/**
 * What a worker thread and its child process say to each other, and the error that a lost attempt becomes.
 */
import type { ScanRecipe } from '../scans/recipe.js';
import type { RuntimeSetup } from './runtime.js';
import type { Job, AttemptOutcome } from './setup.js';

export type ChildRequest =
  | { readonly kind: 'setup'; readonly setup: RuntimeSetup; readonly recipe: ScanRecipe }
  | { readonly kind: 'job'; readonly job: Job };

export type ChildReply =
  | { readonly kind: 'outcome'; readonly outcome: AttemptOutcome }
  | { readonly kind: 'error'; readonly message: string };

/** The machine, not the candidate, ended an attempt: worth another one. */
export class AttemptLost extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AttemptLost';
  }
}

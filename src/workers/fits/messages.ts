/**
 * Messages between the fits' pool and its threads.
 */
import type { Refusal } from '../messages.js';
import type { FitUnit } from './unit.js';

export interface FitTask {
  readonly unit: FitUnit;
  /** Shared with the thread: 1 once it shall stop. */
  readonly stop: Int32Array;
}

/** The fit lies in its folder, or was ended by the user, or met something that the user must put right. */
export type FitReply = { readonly kind: 'done' } | { readonly kind: 'interrupted' } | Refusal;

/** Events of a search over many machines. */
import type { Purpose } from '../../core/records.js';

export type FleetEvent =
  | { readonly kind: 'worker joined'; readonly name: string; readonly class: string; readonly slots: number }
  /** `running`: evaluations that it was working on, which others take over. */
  | { readonly kind: 'worker left'; readonly name: string; readonly running: number }
  | { readonly kind: 'queue lost'; readonly queue: string }
  | { readonly kind: 'queue back'; readonly queue: string; readonly sentAgain: number }
  /** Nothing is done until a worker comes. */
  | { readonly kind: 'no workers'; readonly queue: string }
  /** More slots than the lookahead keeps busy; a lookahead of `enough` would. */
  | {
      readonly kind: 'idle workers';
      readonly slots: number;
      readonly lookahead: number;
      readonly enough: number;
    }
  /** A second result of an evaluation is another: somebody computes otherwise, or a result was forged. */
  | {
      readonly kind: 'differing result';
      readonly number: number;
      readonly purpose: Purpose;
      readonly worker: string;
      readonly what: string;
      /** Whose result the search goes on with. */
      readonly kept: 'first' | 'own';
    }
  /** A result was taken as it is, though it was to be compared with one of this machine, which failed. */
  | {
      readonly kind: 'not audited';
      readonly number: number;
      readonly worker: string;
      readonly what: string;
    }
  /** A result that was not taken; the evaluation is done again. */
  | {
      readonly kind: 'result refused';
      readonly number: number;
      readonly worker: string;
      readonly reason: string;
    };

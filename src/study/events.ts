/**
 * Events of a running study, for live progress. Listening changes nothing.
 */
import type { CandidateStatus, EvaluationStatus, Genome } from '../core/records.js';

export interface Best {
  readonly number: number;
  readonly score: number;
  /** The fidelity at which it was evaluated. */
  readonly rung: number;
}

export type StudyEvent =
  /** The log was replayed: so many candidates are finished, so many were under way and are evaluated again. */
  | {
      readonly kind: 'replayed';
      readonly finished: number;
      readonly again: number;
      readonly best: Best | null;
    }
  | { readonly kind: 'proposed'; readonly number: number; readonly genome: Genome }
  | { readonly kind: 'started'; readonly number: number }
  | {
      readonly kind: 'finished';
      readonly number: number;
      readonly status: CandidateStatus;
      readonly score: number | null;
      readonly error: string | null;
      readonly seconds: number;
      /** The best so far, this one included. */
      readonly best: Best | null;
      /** Candidates finished so far. */
      readonly finished: number;
    }
  /** The best were chosen, to be trained again: so many evaluations are left. */
  | { readonly kind: 'winners'; readonly numbers: readonly number[]; readonly left: number }
  | { readonly kind: 'auxiliary started'; readonly number: number; readonly purpose: 'trust' | 'winner' }
  | {
      readonly kind: 'auxiliary finished';
      readonly number: number;
      readonly purpose: 'trust' | 'winner';
      readonly status: EvaluationStatus;
      readonly score: number | null;
      readonly error: string | null;
      readonly seconds: number;
    };

/**
 * The better of the two: at the higher rung, with the higher score; among equals the lower number, so that the
 * order of arrival does not matter.
 */
export function bestOf(
  best: Best | null,
  { number, score, rung }: { readonly number: number; readonly score: number | null; readonly rung: number },
): Best | null {
  if (score === null) return best;
  const own = { number, score, rung };
  if (best === null) return own;
  if (rung !== best.rung) return rung > best.rung ? own : best;
  if (score !== best.score) return score > best.score ? own : best;
  return number < best.number ? own : best;
}

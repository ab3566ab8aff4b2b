/**
 * What a coordinator needs of the search's database, which is the truth: whatever is in Redis may be lost or stale.
 */
import type { EvaluationStatus } from '../../core/records.js';
import type { EvaluationKey } from '../protocol/job-message.js';

/** A committed evaluation, as far as a second result is compared with it. */
export interface CommittedEvaluation {
  readonly status: EvaluationStatus;
  readonly score: number | null;
  readonly steps: number;
  /** Content hash of the weights; null where none are stored. */
  readonly artifact: string | null;
}

/** A worker that was seen, and the candidates that it works on. */
export interface SeenWorker {
  readonly name: string;
  readonly class: string | null;
  readonly slots: number;
  readonly candidates: readonly number[];
}

export interface FleetRecord {
  /** Id of the search among all searches of all databases. */
  readonly search: string;
  /** Class of processors that the search belongs to; null before its first worker. */
  readonly class: string | null;
  setClass(name: string): void;
  committed(key: EvaluationKey): CommittedEvaluation | undefined;
  /** Records the workers that are there; those that were there before work on nothing now. */
  workersAre(workers: readonly SeenWorker[]): void;
}

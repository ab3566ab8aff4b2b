/**
 * The contract between a study and whoever evaluates its candidates: threads of this machine (pool.ts), or others.
 */
import type { EvaluationJob, EvaluationOutcome } from '../core/records.js';

export interface Evaluators {
  /** Evaluations that can run at once. */
  readonly capacity: number;
  /**
   * Evaluates a job. Contract:
   * - The outcome's status, score, steps, curves, probes and weights depend on the job (and the experiment) alone, never on
   *   where, when or with what else it ran.
   * - A failure of the machine (a crash, a lost connection) is settled here: the job is tried again, then its outcome is
   *   `failed`. A candidate that diverges has an outcome, too.
   * - It rejects only with a `UserError`, where the user must put something right before anything can be evaluated, or after
   *   the signal was aborted; then the job has no outcome.
   * - Job and outcome are plain data (records.ts), so that they can cross threads, processes and machines.
   */
  evaluate(job: EvaluationJob, signal: AbortSignal): Promise<EvaluationOutcome>;
  /** Ends what runs, whose evaluations reject, and frees everything. May be called twice. */
  close(): Promise<void>;
}

export type Evaluate = Evaluators['evaluate'];

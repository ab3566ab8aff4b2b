/**
 * The contract between a study and whoever evaluates its candidates: threads of this machine (pool.ts), or others.
 */
import type { EvaluationJob, EvaluationOutcome } from '../core/records.js';
import type { Continuation } from './continuation/continuation.js';

export interface Evaluators {
  /** Evaluations that can run at once. */
  readonly capacity: number;
  /**
   * Evaluates a job. Contract:
   * - The outcome's status, score, steps, curves, probes, weights and origin of weights depend on the job (and the experiment)
   *   alone, never on where, when or with what else it ran, nor on how often it was interrupted and continued.
   * - A failure of the machine (a crash, a lost connection) is settled here: the job is tried again, then its outcome is
   *   `failed`. A candidate that diverges has an outcome, too.
   * - What counts as an attempt: one that ended by itself, such as a training process that crashed, ran out of memory or was
   *   killed by somebody else, while the process that called this lived on and had not aborted. Two make `failed`. Nothing else
   *   counts: not an abort, not a hand-back, not the death of the calling process or its machine, however often.
   * - With a continuation, what training reached is saved as it goes, and it goes on from what an earlier attempt saved; a
   *   second attempt here does, too. `seconds` then is the time of all attempts, up to what each had saved.
   * - It rejects only with a `UserError`, where the user must put something right before anything can be evaluated, or after
   *   the signal was aborted; then the job has no outcome. Aborted with a `HandBack`, it saves a checkpoint as soon as it can
   *   (where there is a continuation), then rejects with it; with any other reason it ends at once and saves nothing. At once
   *   means between two calls of the engine, or of the batches that it is validated on: a second or two for the largest
   *   networks of a CPU; training processes are killed (those that should hand back, after a grace time of 10 s).
   * - Job and outcome are plain data (records.ts), so that they can cross threads, processes and machines.
   */
  evaluate(job: EvaluationJob, signal: AbortSignal, continuation?: Continuation): Promise<EvaluationOutcome>;
  /** Ends what runs, whose evaluations reject, and frees everything. May be called twice. */
  close(): Promise<void>;
}

export type Evaluate = Evaluators['evaluate'];

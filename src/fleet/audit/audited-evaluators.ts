/**
 * Evaluators whose results are checked by sampling: a share of all jobs runs again where the user trusts the machine, and
 * what comes out is compared to the last bit.
 *
 * Which jobs are run again depends on the experiment's seed and the job, never on workers, their number or time, and is not
 * told to them. Who forges a share f of n results stays undetected at a share s with probability (1 − f·s)ⁿ or so.
 */
import { messageOf, UserError } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import type { EvaluationJob, EvaluationOutcome } from '../../core/records.js';
import type { Evaluators } from '../../workers/evaluators.js';
import { outcomeDifference } from './outcome-difference.js';

export interface AuditOptions {
  /** Share of the jobs that run again, in [0, 1]. */
  readonly share: number;
  /** The experiment's seed, with a secret of the coordinator: workers know the seed, and must not know what is sampled. */
  readonly key: readonly (string | number)[];
  /** Trusted, and of the same class of processors: this machine's own pool. Closed together with what is audited. */
  readonly reference: Evaluators;
  /** Who computed a job; absent or undefined: not known. */
  readonly workerOf?: (job: EvaluationJob) => string | undefined;
  readonly report: (finding: AuditFinding) => void;
}

export interface AuditFinding extends Pick<EvaluationJob, 'number' | 'purpose' | 'rung' | 'seed'> {
  /** `differing result`: the outcome is another than the reference's, which is taken. `not audited`: the reference failed. */
  readonly kind: 'differing result' | 'not audited';
  readonly worker: string;
  readonly what: string;
}

/** The same evaluators; an outcome that is audited is handed out once it is, and is the reference's where they differ. */
export function auditedEvaluators(audited: Evaluators, options: AuditOptions): Evaluators {
  const { reference } = options;
  checkedShare(options.share);
  return {
    get capacity() {
      return audited.capacity;
    },
    evaluate: async (job, signal, continuation) => {
      const outcome = await audited.evaluate(job, signal, continuation);
      return isSampled(job, options) ? confirmed(job, outcome, signal, options) : outcome;
    },
    close: async () => {
      await Promise.all([audited.close(), reference.close()]);
    },
  };
}

/** The share; throws `UserError` where it is none. */
export function checkedShare(share: number): number {
  if (share >= 0 && share <= 1) return share;
  throw new UserError({
    subject: '--audit-share',
    problem: `must be from 0 to 1, got ${share}`,
    fix: 'try 0.05',
  });
}

/** True if a job runs again. */
export function isSampled(job: EvaluationJob, { share, key }: Pick<AuditOptions, 'share' | 'key'>): boolean {
  const { number, purpose, rung, seed } = job;
  return rngOf(...key, 'audit', number, purpose, rung, seed).float() < share;
}

async function confirmed(
  job: EvaluationJob,
  outcome: EvaluationOutcome,
  signal: AbortSignal,
  { reference, workerOf, report }: AuditOptions,
): Promise<EvaluationOutcome> {
  const { number, purpose, rung, seed } = job;
  const find = (kind: AuditFinding['kind'], what: string): void =>
    report({ kind, number, purpose, rung, seed, worker: workerOf?.(job) ?? 'unknown', what });
  let again: EvaluationOutcome;
  try {
    again = await reference.evaluate(job, signal);
  } catch (error) {
    // Aborted, the search has no use for either.
    if (signal.aborted) throw error;
    find('not audited', messageOf(error));
    return outcome;
  }
  // The reference's own machine failed, which says nothing of the worker.
  if (again.status === 'failed' && outcome.status !== 'failed') {
    find('not audited', again.error ?? 'it failed when it ran again');
    return outcome;
  }
  const difference = outcomeDifference(outcome, again);
  if (difference === undefined) return outcome;
  find('differing result', difference);
  return again;
}

/**
 * Evaluators on this machine: piscina threads, each with one engine, in groups that share a memory. A candidate starts once
 * its group has room for it (admission.ts); memory is reserved by prediction, corrected by the peaks that were measured.
 *
 * An attempt that the machine ends (a crashed training process, a dead thread) is retried once, then recorded as failed.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { messageOf, present, UserError } from '../core/errors.js';
import type { EvaluationJob, EvaluationOutcome } from '../core/records.js';
import { Admission } from './admission.js';
import type { DeviceGroup } from './device-groups.js';
import type { Evaluators } from './evaluators.js';
import type { AttemptOutcome, WorkerSetup } from './job.js';
import { MemoryCorrection } from './memory-correction.js';
import type { Refusal, ThreadTask } from './messages.js';

export interface PoolOptions {
  readonly groups: readonly DeviceGroup[];
  /** The compiled thread entry; tests that run from sources name another. */
  readonly entry?: URL;
}

/** Setup that workers of all groups share; the pool adds the rest. */
export type SharedSetup = Omit<WorkerSetup, 'alone' | 'environment'>;

const ATTEMPTS = 2;

type ThreadPool = Piscina<ThreadTask, AttemptOutcome | Refusal>;

/** `close` waits for the workers: a thread that is ended amid native code takes the process down. */
export function createPool(shared: SharedSetup, { groups, entry }: PoolOptions): Evaluators {
  const capacity = groups.reduce((sum, group) => sum + group.workers, 0);
  const alone = shared.isolation === 'process' || capacity === 1;
  const pools = groups.map(({ workers, environment }) =>
    startThreads({ ...shared, alone, environment }, workers, entry),
  );
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const admission = new Admission(groups);
  const correction = new MemoryCorrection();

  const attempt = async (job: EvaluationJob, signal: AbortSignal): Promise<AttemptOutcome> => {
    const ticket = await admission.enter(correction.of(job.cost.trainingBytes), signal);
    const run = runIn(present(pools[ticket.group], `group ${ticket.group}`), job, signal);
    running.add(run);
    try {
      return await run;
    } finally {
      running.delete(run);
      ticket.leave();
    }
  };

  const evaluate = async (job: EvaluationJob, asked: AbortSignal): Promise<EvaluationOutcome> => {
    const signal = AbortSignal.any([asked, closing.signal]);
    let error = '';
    for (let attempts = 1; attempts <= ATTEMPTS; attempts++) {
      try {
        const outcome = await attempt(job, signal);
        if (outcome.peakBytes !== undefined) correction.learn(job.cost.trainingBytes, outcome.peakBytes);
        return { ...outcome, attempts };
      } catch (thrown) {
        if (signal.aborted || thrown instanceof UserError) throw thrown;
        error = messageOf(thrown);
      }
    }
    const { engine, device } = shared;
    const nothing = { score: null, steps: 0, seconds: 0, curves: [] };
    return { status: 'failed', ...nothing, engine, device, error, attempts: ATTEMPTS };
  };

  return {
    capacity,
    evaluate,
    close: async () => {
      closing.abort();
      await Promise.allSettled(running);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function startThreads(
  setup: WorkerSetup,
  workers: number,
  entry = new URL('./thread.js', import.meta.url),
): ThreadPool {
  return new Piscina({
    filename: fileURLToPath(entry),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
    workerData: setup,
  });
}

/** Runs one attempt. Piscina's own cancellation would end the thread; instead the training is asked to stop soon. */
async function runIn(pool: ThreadPool, job: EvaluationJob, signal: AbortSignal): Promise<AttemptOutcome> {
  signal.throwIfAborted();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const onAbort = (): void => void Atomics.store(stop, 0, 1);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const outcome = await pool.run({ job, stop });
    if ('kind' in outcome) throw new UserError(outcome.details);
    return outcome;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

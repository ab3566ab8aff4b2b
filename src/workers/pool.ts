/**
 * The worker pool: piscina threads, each with one engine, in groups that share a memory. A candidate starts once its group
 * has room for it (admission.ts); memory is reserved by prediction, corrected by the peaks that were measured.
 *
 * An attempt that the machine ends (a crashed training process, a dead thread) is retried once, then recorded
 * as failed; what the user must put right, such as a damaged cache, ends the run. What a candidate itself does (diverge,
 * not fit) is a result and comes back as such.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { messageOf, present, UserError } from '../core/errors.js';
import { Admission } from './admission.js';
import { MemoryCorrection } from './memory-correction.js';
import type { DeviceGroup } from './device-groups.js';
import type { Refusal } from './messages.js';
import type { AttemptOutcome, Job, Outcome, WorkerSetup } from './job.js';

export interface Pool {
  evaluate(job: Job): Promise<Outcome>;
  /** Asks the workers to stop soon; evaluations under way are rejected. */
  stop(): void;
  /** Stops, waits for the workers and ends their threads. A thread that ends amid native code takes the process down. */
  destroy(): Promise<void>;
}

export interface PoolOptions {
  readonly groups: readonly DeviceGroup[];
  /** The compiled thread entry; tests that run from sources name another. */
  readonly entry?: URL;
}

/** What workers of all groups share; the pool adds the rest. */
export type SharedSetup = Omit<WorkerSetup, 'stop' | 'alone' | 'environment'>;

const attempts = 2;

export function createPool(shared: SharedSetup, { groups, entry }: PoolOptions): Pool {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const running = new Set<Promise<AttemptOutcome | Refusal>>();
  const stopped = (): boolean => Atomics.load(stop, 0) === 1;
  const workers = groups.reduce((sum, group) => sum + group.workers, 0);
  const alone = shared.isolation === 'process' || workers === 1;
  const pools = groups.map((group) => {
    const setup: WorkerSetup = { ...shared, stop, alone, environment: group.environment };
    return new Piscina<Job, AttemptOutcome | Refusal>({
      filename: fileURLToPath(entry ?? new URL('./thread.js', import.meta.url)),
      minThreads: group.workers,
      maxThreads: group.workers,
      idleTimeout: Infinity,
      workerData: setup,
    });
  });
  const admission = new Admission(groups);
  const correction = new MemoryCorrection();
  const attempt = async (job: Job): Promise<AttemptOutcome> => {
    const ticket = await admission.enter(correction.of(job.bytes));
    try {
      if (stopped()) throw new Error('the run was stopped');
      const run = present(pools[ticket.group], `group ${ticket.group}`).run(job);
      running.add(run);
      const outcome = await run.finally(() => running.delete(run));
      if ('kind' in outcome) throw new UserError(outcome.details);
      return outcome;
    } finally {
      ticket.leave();
    }
  };
  const stopSoon = (): void => void Atomics.store(stop, 0, 1);
  return {
    evaluate: async (job) => {
      let error = '';
      for (let count = 1; count <= attempts; count++) {
        try {
          const outcome = await attempt(job);
          if (outcome.peakBytes !== undefined) correction.learn(job.bytes, outcome.peakBytes);
          return { ...outcome, attempts: count };
        } catch (thrown) {
          if (stopped() || thrown instanceof UserError) throw thrown;
          error = messageOf(thrown);
        }
      }
      return { status: 'failed', score: null, steps: 0, seconds: 0, curves: [], error, attempts };
    },
    stop: stopSoon,
    destroy: async () => {
      stopSoon();
      await Promise.allSettled(running);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

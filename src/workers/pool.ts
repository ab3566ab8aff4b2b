/**
 * The worker pool: piscina threads, each with one engine.
 *
 * An attempt that the machine ends (a crashed training process, a dead thread) is retried once, then recorded
 * as failed. What a candidate itself does (diverge, not fit) is a result and comes back as such.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { messageOf } from '../core/errors.js';
import type { AttemptOutcome, Job, Outcome, WorkerSetup } from './setup.js';

export interface Pool {
  evaluate(job: Job): Promise<Outcome>;
  /** Stops at once; evaluations under way are rejected. */
  destroy(): Promise<void>;
}

export interface PoolOptions {
  readonly workers: number;
  /** The compiled thread entry; tests that run from sources name the one in dist. */
  readonly entry?: URL;
}

const attempts = 2;

export function createPool(setup: WorkerSetup, { workers, entry }: PoolOptions): Pool {
  const piscina = new Piscina<Job, AttemptOutcome>({
    filename: fileURLToPath(entry ?? new URL('./thread.js', import.meta.url)),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
    workerData: setup,
  });
  let stopped = false;
  return {
    evaluate: async (job) => {
      let error = '';
      for (let attempt = 1; attempt <= attempts; attempt++) {
        try {
          return { ...(await piscina.run(job)), attempts: attempt };
        } catch (thrown) {
          if (stopped) throw thrown;
          error = messageOf(thrown);
        }
      }
      return { status: 'failed', score: null, steps: 0, seconds: 0, curves: [], error, attempts };
    },
    destroy: () => {
      stopped = true;
      return piscina.destroy();
    },
  };
}

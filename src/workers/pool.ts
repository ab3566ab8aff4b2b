/**
 * The worker pool: piscina threads, each with one engine.
 *
 * An attempt that the machine ends (a crashed training process, a dead thread) is retried once, then recorded
 * as failed; what the user must put right, such as a damaged cache, ends the run. What a candidate itself does (diverge, not fit) is a result and comes back as such.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { messageOf, UserError } from '../core/errors.js';
import type { Refusal } from './messages.js';
import type { AttemptOutcome, Job, Outcome, WorkerSetup } from './setup.js';

export interface Pool {
  evaluate(job: Job): Promise<Outcome>;
  /** Asks the workers to stop soon; evaluations under way are rejected. */
  stop(): void;
  /** Stops, waits for the workers and ends their threads. A thread that ends amid native code takes the process down. */
  destroy(): Promise<void>;
}

export interface PoolOptions {
  readonly workers: number;
  /** The compiled thread entry; tests that run from sources name the one in dist. */
  readonly entry?: URL;
}

const attempts = 2;

export function createPool(shared: Omit<WorkerSetup, 'stop'>, { workers, entry }: PoolOptions): Pool {
  const setup: WorkerSetup = { ...shared, stop: new Int32Array(new SharedArrayBuffer(4)) };
  const running = new Set<Promise<AttemptOutcome | Refusal>>();
  const stopped = (): boolean => Atomics.load(setup.stop, 0) === 1;
  const piscina = new Piscina<Job, AttemptOutcome | Refusal>({
    filename: fileURLToPath(entry ?? new URL('./thread.js', import.meta.url)),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
    workerData: setup,
  });
  const attempt = async (job: Job): Promise<AttemptOutcome> => {
    const run = piscina.run(job);
    running.add(run);
    const outcome = await run.finally(() => running.delete(run));
    if ('kind' in outcome) throw new UserError(outcome.complaint);
    return outcome;
  };
  const stop = (): void => void Atomics.store(setup.stop, 0, 1);
  return {
    evaluate: async (job) => {
      let error = '';
      for (let count = 1; count <= attempts; count++) {
        try {
          return { ...(await attempt(job)), attempts: count };
        } catch (thrown) {
          if (stopped() || thrown instanceof UserError) throw thrown;
          error = messageOf(thrown);
        }
      }
      return { status: 'failed', score: null, steps: 0, seconds: 0, curves: [], error, attempts };
    },
    stop,
    destroy: async () => {
      stop();
      await Promise.allSettled(running);
      await piscina.destroy();
    },
  };
}

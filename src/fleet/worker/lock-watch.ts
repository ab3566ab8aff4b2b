/**
 * Watches the locks of jobs: losing one ends nothing by itself, so trainings are interrupted here.
 *
 * A lock is lost when its renewal is refused, and may be lost when none succeeded for as long as it lasts: the process was
 * stopped, or cut off from the queue. Time is that of a clock that goes on while a process is stopped.
 */
import type { Worker } from 'bullmq';

/** Milliseconds between two looks. */
const LOOK = 200;

export interface LockWatch {
  /** Watches a job until it is `forget`ed; `onLost` is called once at most. */
  watch(job: string, onLost: () => void): void;
  forget(job: string): void;
  end(): void;
}

/** @param lock milliseconds for which a lock lasts without renewal */
export function watchLocks(
  worker: Pick<Worker, 'on'>,
  lock: number,
  now = () => performance.now(),
): LockWatch {
  const held = new Map<string, { renewed: number; readonly onLost: () => void }>();
  const lose = (job: string): void => {
    const lost = held.get(job);
    held.delete(job);
    lost?.onLost();
  };
  worker.on('lockRenewalFailed', (jobs: string[]) => jobs.forEach(lose));
  worker.on('locksRenewed', ({ jobIds }: { jobIds: string[] }) => {
    for (const job of jobIds) {
      const entry = held.get(job);
      if (entry !== undefined) entry.renewed = now();
    }
  });
  const timer = setInterval(() => {
    for (const [job, { renewed }] of [...held]) if (now() - renewed > lock) lose(job);
  }, LOOK);
  return {
    watch: (job, onLost) => void held.set(job, { renewed: now(), onLost }),
    forget: (job) => void held.delete(job),
    end: () => clearInterval(timer),
  };
}

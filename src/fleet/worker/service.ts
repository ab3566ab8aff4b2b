/**
 * A worker's service to one search: takes its jobs, evaluates them in the pool of this machine, and gives back what it cannot
 * finish.
 *
 * Trainings run in threads and processes of the pool: a blocked main thread would lose its locks.
 */
import type { Job, Worker } from 'bullmq';
import { UserError } from '../../core/errors.js';
import type { Evaluators } from '../../workers/evaluators.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { PREFIX, queueNameOf } from '../queue/board.js';
import { within } from '../queue/within.js';
import type { Connection } from '../queue/connection.js';
import { evaluateJob, jobOf } from './evaluate-job.js';
import type { WorkerEvent } from './events.js';
import { watchLocks, type LockWatch } from './lock-watch.js';

/** How often a job may be taken over from dead workers: always. */
const ALWAYS = 1_000_000_000;
/** Milliseconds between two looks for jobs of dead workers. */
const STALLED = 2000;
/** Milliseconds that giving back may take when the queue is out of reach. */
const PATIENCE = 5000;

export interface ServicePlan {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly pool: Evaluators;
  readonly search: string;
  readonly worker: string;
  readonly class: string;
  /** Milliseconds for which a job is this worker's without its saying so again. */
  readonly lock: number;
  readonly report: (event: WorkerEvent) => void;
}

/** Why an evaluation was interrupted. */
class Interruption extends Error {
  constructor(readonly reason: 'handed back' | 'lock lost') {
    super(reason);
    this.name = 'Interruption';
  }
}

export class Service {
  readonly counts = { done: 0, handedBack: 0, lost: 0 };
  private readonly bull: Worker;
  private readonly locks: LockWatch;
  private readonly running = new Map<string, AbortController>();
  private readonly settled = new Set<Promise<unknown>>();
  private leaving = false;
  private broken: UserError | undefined;

  constructor(private readonly plan: ServicePlan) {
    const { connection, pool, search, worker, lock } = plan;
    this.bull = new connection.packages.bullmq.Worker(
      queueNameOf(search),
      (job, token) => this.tracked(this.process(job, token ?? '')),
      {
        connection: connection.options,
        prefix: PREFIX,
        name: worker,
        concurrency: pool.capacity,
        lockDuration: lock,
        stalledInterval: STALLED,
        maxStalledCount: ALWAYS,
        runRetryDelay: 1000,
      },
    );
    // Refused results and lost connections: both are settled elsewhere.
    this.bull.on('error', () => undefined);
    this.locks = watchLocks(this.bull, lock);
  }

  /** Ids of the jobs that are worked on. */
  get jobs(): readonly string[] {
    return [...this.running.keys()];
  }

  /** What keeps this machine from evaluating anything of the search; undefined where nothing does. */
  get failure(): UserError | undefined {
    return this.broken;
  }

  /** Takes no further jobs and waits for those under way. */
  async drain(): Promise<void> {
    await this.bull.pause(true);
    await Promise.allSettled([...this.settled]);
  }

  /** Gives back what is under way, and ends. */
  async leave(): Promise<void> {
    this.leaving = true;
    await this.bull.pause(true);
    for (const controller of this.running.values()) controller.abort(new Interruption('handed back'));
    await within(PATIENCE, Promise.allSettled([...this.settled]));
    this.locks.end();
    await within(PATIENCE, this.bull.close());
    await this.bull.disconnect().catch(() => undefined);
  }

  private tracked<T>(work: Promise<T>): Promise<T> {
    this.settled.add(work);
    void work.catch(() => undefined).finally(() => this.settled.delete(work));
    return work;
  }

  private async process(job: Job, token: string): Promise<unknown> {
    const { pool, blobs, search, worker, class: own, report } = this.plan;
    const id = job.id ?? '';
    const controller = new AbortController();
    const { signal } = controller;
    if (this.leaving) controller.abort(new Interruption('handed back'));
    this.running.set(id, controller);
    this.locks.watch(id, () => controller.abort(new Interruption('lock lost')));
    const begun = performance.now();
    try {
      signal.throwIfAborted();
      report({ kind: 'evaluating', job: id });
      const asked = await jobOf(id, job.data, search, blobs);
      const result = await evaluateJob(asked, { pool, blobs, worker, class: own, signal });
      signal.throwIfAborted();
      this.counts.done++;
      report({ kind: 'evaluated', job: id, seconds: (performance.now() - begun) / 1000 });
      return result;
    } catch (error) {
      const interrupted = signal.aborted && signal.reason instanceof Interruption;
      if (interrupted) throw await this.giveBack(job, token, signal.reason);
      if (error instanceof UserError) {
        this.broken ??= error;
        this.leaving = true;
        throw await this.giveBack(job, token, new Interruption('handed back'));
      }
      throw error;
    } finally {
      this.locks.forget(id);
      this.running.delete(id);
    }
  }

  /** Gives a job back without counting it as an attempt; returns what tells BullMQ so. */
  private async giveBack(job: Job, token: string, { reason }: Interruption): Promise<Error> {
    const { WaitingError } = this.plan.connection.packages.bullmq;
    const id = job.id ?? '';
    if (reason === 'handed back') this.counts.handedBack++;
    else this.counts.lost++;
    // Refused where the lock is lost: then the job is another's already, or will be.
    await job.moveToWait(token).catch(() => undefined);
    this.plan.report({ kind: reason, job: id });
    return new WaitingError();
  }
}

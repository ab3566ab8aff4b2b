/**
 * A worker's service to one search: takes its jobs, evaluates them in the pool of this machine, and gives back what it cannot
 * finish.
 *
 * Trainings run in threads and processes of the pool: a blocked main thread would lose its locks.
 */
import type { Job, Worker } from 'bullmq';
import { UserError } from '../../core/errors.js';
import { HandBack } from '../../workers/continuation/continuation.js';
import type { Evaluators } from '../../workers/evaluators.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { PREFIX, queueNameOf } from '../queue/board.js';
import { within } from '../queue/within.js';
import type { Connection } from '../queue/connection.js';
import type { ResultMessage } from '../protocol/result-message.js';
import { checkpointsOf } from './checkpoints.js';
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
  /** Seconds between two checkpoints of an evaluation. */
  readonly checkpointSeconds: number;
  readonly report: (event: WorkerEvent) => void;
}

/** The queue has given a job to another worker, or may have. */
class LockLost extends Error {
  constructor() {
    super('the lock of the job is lost');
    this.name = 'LockLost';
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
    for (const controller of this.running.values()) controller.abort(new HandBack());
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
    const id = job.id ?? '';
    const controller = new AbortController();
    const { signal } = controller;
    if (this.leaving) controller.abort(new HandBack());
    this.running.set(id, controller);
    this.locks.watch(id, () => controller.abort(new LockLost()));
    try {
      signal.throwIfAborted();
      return await this.evaluate(job, signal);
    } catch (error) {
      if (signal.aborted) throw await this.giveBack(job, token, signal.reason);
      if (!(error instanceof UserError)) throw error;
      // This machine cannot do it; another may.
      this.broken ??= error;
      this.leaving = true;
      throw await this.giveBack(job, token, error);
    } finally {
      this.locks.forget(id);
      this.running.delete(id);
    }
  }

  private async evaluate(job: Job, signal: AbortSignal): Promise<ResultMessage> {
    const { pool, blobs, search, worker, class: own, checkpointSeconds, report } = this.plan;
    const id = job.id ?? '';
    const begun = performance.now();
    const asked = await jobOf(id, job.data, search, blobs);
    report({ kind: 'evaluating', job: id });
    const plan = { blobs, search, class: own, everySeconds: checkpointSeconds };
    const checkpoints = await checkpointsOf(id, plan);
    try {
      const { continuation } = checkpoints;
      const result = await evaluateJob(asked, { pool, blobs, worker, class: own, signal, continuation });
      signal.throwIfAborted();
      this.counts.done++;
      report({ kind: 'evaluated', job: id, seconds: (performance.now() - begun) / 1000 });
      return { ...result, ...(checkpoints.stored() && { checkpoint: true }) };
    } finally {
      // Whoever takes it over begins from the latest checkpoint.
      if (!(signal.reason instanceof LockLost)) await checkpoints.settled();
      await checkpoints.remove();
    }
  }

  /** Gives a job back without counting it as an attempt; returns what tells BullMQ so. */
  private async giveBack(job: Job, token: string, reason: unknown): Promise<Error> {
    const { WaitingError } = this.plan.connection.packages.bullmq;
    const id = job.id ?? '';
    const lost = reason instanceof LockLost;
    if (lost) this.counts.lost++;
    else this.counts.handedBack++;
    this.plan.report({ kind: lost ? 'lock lost' : 'handed back', job: id });
    // Refused where the lock is lost: then the job is another's already, or will be.
    await job.moveToWait(token).catch(() => undefined);
    return new WaitingError();
  }
}

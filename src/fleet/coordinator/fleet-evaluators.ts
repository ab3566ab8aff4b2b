/**
 * Evaluators on other machines: a coordinator that sends jobs to a queue and takes their results.
 *
 * The database is the truth and the queue is disposable: it may be stopped, restarted or wiped at any time. Every few seconds
 * the coordinator compares what it waits for with what the queue holds, sends what is missing, and takes what is finished.
 * A result is removed once it is committed; one that is found after that is compared with what was committed.
 *
 * Deaths of workers are the queue's matter (their jobs go to others) and never fail a candidate.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue, QueueEvents } from 'bullmq';
import { messageOf, UserError } from '../../core/errors.js';
import type { EvaluationJob, EvaluationOutcome } from '../../core/records.js';
import { writeSafetensors } from '../../core/safetensors.js';
import type { Evaluators } from '../../workers/evaluators.js';
import type { BlobStore } from '../blobs/blob-store.js';
import type { Announcement } from '../protocol/board-messages.js';
import {
  evaluationOf,
  jobIdOf,
  jobMessage,
  MESSAGE_BYTES,
  type JobMessage,
} from '../protocol/job-message.js';
import type { ResultMessage } from '../protocol/result-message.js';
import { Board, LEASE_LIFE, PREFIX, queueNameOf } from '../queue/board.js';
import type { Connection } from '../queue/connection.js';
import { removeAllCheckpoints, removeCheckpoints } from '../worker/checkpoints.js';
import { Attendance } from './attendance.js';
import type { FleetEvent } from './events.js';
import type { FleetRecord } from './record.js';
import { within } from '../queue/within.js';
import { BadResult, differenceFrom, outcomeOf, resultMessageOf } from './results.js';

/** Milliseconds that leaving may take where the queue does not answer. */
const PATIENCE = 3000;
/** Milliseconds for which committed results wait to be removed together. */
const CLEAR = 50;
/** Milliseconds between two comparisons of what is waited for with what the queue holds. */
const RECONCILE = 1000;

export interface FleetPlan {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly record: FleetRecord;
  readonly announcement: Announcement;
  readonly report: (event: FleetEvent) => void;
}

interface Pending {
  readonly job: EvaluationJob;
  readonly message: JobMessage;
  readonly resolve: (outcome: EvaluationOutcome) => void;
  readonly reject: (reason: unknown) => void;
  sent: boolean;
  taking: boolean;
  /** True if it ended while it was looked at. */
  missed: boolean;
}

export class FleetEvaluators implements Evaluators {
  readonly capacity: number;
  private readonly board: Board;
  private readonly queue: Queue;
  private readonly events: QueueEvents;
  private readonly owner = randomUUID();
  private readonly attendance: Attendance;
  private readonly pending = new Map<string, Pending>();
  /** Results that were taken and are to be removed once they are committed. */
  private readonly taken = new Map<string, ResultMessage>();
  private readonly closing = new AbortController();
  private loop: Promise<void> | undefined;
  private clearing: Promise<void> | undefined;
  private connected = true;
  private complete = false;
  private sentAgain = 0;

  private constructor(private readonly plan: FleetPlan) {
    const { connection, announcement, record, report } = plan;
    this.capacity = announcement.lookahead;
    this.board = new Board(connection.redis);
    const { Queue, QueueEvents } = connection.packages.bullmq;
    const options = { connection: connection.options, prefix: PREFIX };
    const name = queueNameOf(announcement.search);
    this.queue = new Queue(name, options);
    this.events = new QueueEvents(name, options);
    this.queue.on('error', () => undefined);
    this.events.on('error', () => undefined);
    this.events.on('completed', ({ jobId, returnvalue }) => void this.ended(jobId, returnvalue));
    this.attendance = new Attendance(record, announcement.lookahead, connection.name, report);
    connection.onChange((connected) => this.connectionChanged(connected));
  }

  /** Takes the lead of a search. Throws `UserError` where another process has it. */
  static async open(plan: FleetPlan): Promise<FleetEvaluators> {
    const fleet = new FleetEvaluators(plan);
    try {
      await fleet.lead();
      await fleet.publish();
      await fleet.queue.waitUntilReady();
      await fleet.events.waitUntilReady();
    } catch (error) {
      await fleet.disconnect();
      throw error;
    }
    fleet.loop = fleet.reconcileUntilClosed();
    return fleet;
  }

  async evaluate(job: EvaluationJob, asked: AbortSignal): Promise<EvaluationOutcome> {
    const signal = AbortSignal.any([asked, this.closing.signal]);
    signal.throwIfAborted();
    const message = await this.messageOf(job);
    const id = jobIdOf(job);
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        this.pending.delete(id);
        act();
      };
      const onAbort = (): void => settle(() => reject(asError(signal.reason)));
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      this.pending.set(id, {
        job,
        message,
        sent: false,
        taking: false,
        missed: false,
        resolve: (outcome) => settle(() => resolve(outcome)),
        reject: (reason) => settle(() => reject(asError(reason))),
      });
      void this.look(id);
    });
  }

  /** Name of the worker whose outcome of a job was taken last and is not committed yet. */
  workerOf(job: EvaluationJob): string | undefined {
    return this.taken.get(jobIdOf(job))?.worker;
  }

  /** Says that nothing is left to be done, so that nothing of the search stays in the queue. */
  finish(): void {
    this.complete = true;
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort(new Error('the search was ended'));
    await this.loop;
    this.attendance.end();
    // Whoever is cut off from the queue leaves the lease to expire.
    if (this.connected) await within(PATIENCE, this.leave());
    await this.disconnect();
  }

  private async leave(): Promise<void> {
    const { search } = this.plan.announcement;
    await this.clear();
    if (this.complete) {
      await this.board.withdraw(search);
      await this.queue.obliterate({ force: true });
      await this.plan.blobs.remove(this.plan.announcement.setup);
      await removeAllCheckpoints(this.plan.blobs, search).catch(() => undefined);
    }
    await this.board.release(search, this.owner);
  }

  private async disconnect(): Promise<void> {
    const { connection, blobs } = this.plan;
    await within(PATIENCE, Promise.allSettled([this.queue.close(), this.events.close(), blobs.close()]));
    await within(PATIENCE, Promise.allSettled([this.queue.disconnect(), this.events.disconnect()]));
    connection.close();
  }

  /** Waits for a lease that a dead coordinator left; one that is renewed meanwhile is somebody's. */
  private async lead(): Promise<void> {
    const { search, name } = this.plan.announcement;
    let left = LEASE_LIFE;
    while (!(await this.board.lease(search, this.owner))) {
      const now = await this.board.leaseLeft(search);
      if (now > left) {
        throw new UserError({
          subject: this.plan.connection.name,
          problem: `another process leads the search ${name} there`,
          fix: 'wait until it ends or stop it',
        });
      }
      left = now;
      await sleep(Math.max(1, Math.min(250, now)));
    }
  }

  private async publish(): Promise<void> {
    const { announcement, record } = this.plan;
    const { search, mixed } = announcement;
    await this.board.announce(announcement);
    if (mixed) return;
    // The first worker claims it; from then on it stands in the database.
    const known = record.class ?? (await this.board.classOf(search));
    if (known === undefined) return;
    if (record.class === null) record.setClass(known);
    await this.board.setClass(search, known);
  }

  /** The message of a job, with its parent's weights in the store. */
  private async messageOf(job: EvaluationJob): Promise<JobMessage> {
    const { blobs, announcement } = this.plan;
    const weights =
      job.parent === undefined ? undefined : await blobs.put(writeSafetensors(job.parent.weights));
    return jobMessage(announcement.search, job, weights);
  }

  private async reconcileUntilClosed(): Promise<void> {
    const { signal } = this.closing;
    const ended = aborted(signal);
    while (!signal.aborted) {
      try {
        // Commands wait while the queue is out of reach, which must not keep a search from ending.
        await Promise.race([this.reconcile(), ended]);
      } catch (error) {
        if (error instanceof UserError) this.rejectAll(error);
        // Anything else is the queue's trouble, and it is tried again.
      }
      await sleep(RECONCILE, undefined, { signal }).catch(() => undefined);
    }
  }

  private async reconcile(): Promise<void> {
    const { announcement, connection } = this.plan;
    const { search } = announcement;
    if (!(await this.board.lease(search, this.owner))) {
      throw new UserError({
        subject: connection.name,
        problem: `another process has taken the lead of the search ${announcement.name}`,
        fix: 'let it go on, or stop it and run voxolve resume',
      });
    }
    await this.publish();
    this.attendance.update(await this.board.workers(), performance.now());
    await Promise.all([...this.pending.keys()].map((id) => this.look(id)));
    await this.clear();
    await this.compareOthers();
    if (this.sentAgain > 0) {
      this.plan.report({ kind: 'queue back', queue: connection.name, sentAgain: this.sentAgain });
      this.sentAgain = 0;
    }
  }

  /** Sends a job that the queue does not hold, takes it where it has ended. */
  private look(id: string): Promise<void> {
    return this.alone(id, async (waited) => {
      const state = await this.queue.getJobState(id);
      if (state === 'unknown') return this.send(id, waited);
      waited.sent = true;
      if (state !== 'completed' && state !== 'failed') return;
      const job = await this.queue.getJob(id);
      if (job === undefined) return; // removed meanwhile: the next comparison sends it
      await (state === 'completed' ? this.take(waited, id, job.returnvalue) : this.tryAgain(waited, job));
    });
  }

  /** Takes a result as soon as the queue tells of it. */
  private ended(id: string, returned: unknown): Promise<void> {
    return this.alone(id, (waited) => this.take(waited, id, returned));
  }

  /** Does one thing at a time with what is waited for. */
  private async alone(id: string, act: (waited: Pending) => Promise<void>): Promise<void> {
    const waited = this.pending.get(id);
    if (waited === undefined) return;
    if (waited.taking) {
      waited.missed = true;
      return;
    }
    waited.taking = true;
    try {
      await act(waited);
    } catch (error) {
      if (error instanceof UserError) waited.reject(error);
      // Else the queue or the store is out of reach, and the next comparison tries again.
    } finally {
      waited.taking = false;
    }
    if (!waited.missed) return;
    waited.missed = false;
    void this.look(id);
  }

  /** A worker could not do it for a reason of its own, such as a blob that was out of reach. */
  private async tryAgain(waited: Pending, job: Job): Promise<void> {
    const reason = job.failedReason ?? 'unknown';
    this.plan.report({
      kind: 'result refused',
      number: waited.job.number,
      worker: job.processedBy ?? 'unknown',
      reason,
    });
    await this.messageOf(waited.job);
    await job.retry('failed');
  }

  private async send(id: string, waited: Pending): Promise<void> {
    if (waited.sent) {
      this.sentAgain++;
      await this.messageOf(waited.job); // its blobs may have gone with the queue
    }
    await this.queue.add('evaluate', waited.message, {
      jobId: id,
      attempts: 1,
      keepLogs: 0,
      stackTraceLimit: 1,
      sizeLimit: MESSAGE_BYTES,
    });
    waited.sent = true;
  }

  private async take(waited: Pending, id: string, returned: unknown): Promise<void> {
    const { blobs, announcement, record, report } = this.plan;
    const { engine, device } = announcement;
    let worker = 'unknown';
    try {
      const message = resultMessageOf(returned);
      worker = message.worker;
      if (record.class === null && !announcement.mixed) record.setClass(message.class);
      if (!announcement.mixed && message.class !== record.class)
        throw new BadResult(`its processor is of class ${message.class}, the search of ${record.class}`);
      const outcome = await outcomeOf(message, waited.job, { blobs, engine, device });
      this.taken.set(id, message);
      waited.resolve(outcome);
      this.clearSoon();
    } catch (error) {
      if (!(error instanceof BadResult)) throw error;
      report({ kind: 'result refused', number: waited.job.number, worker, reason: messageOf(error) });
      await this.queue.remove(id);
      await this.send(id, waited);
    }
  }

  private clearSoon(): void {
    this.clearing ??= sleep(CLEAR)
      .then(() => this.clear())
      .catch(() => undefined)
      .finally(() => (this.clearing = undefined));
  }

  /** Removes what was committed. */
  private async clear(): Promise<void> {
    const { record, blobs, announcement } = this.plan;
    await Promise.all(
      [...this.taken].map(async ([id, message]) => {
        const key = evaluationOf(id);
        if (key === undefined || record.committed(key) === undefined) return;
        this.taken.delete(id);
        await this.queue.remove(id);
        await this.removeBlobs(message);
        if (message.checkpoint === true)
          await removeCheckpoints(blobs, announcement.search, id).catch(() => undefined);
      }),
    );
  }

  /** Compares what is found besides what is waited for, and removes it. */
  private async compareOthers(): Promise<void> {
    const completed = await this.queue.getCompleted(0, 99);
    for (const job of completed) await this.compare(job);
  }

  /** The database has its own copy of what is kept. */
  private async removeBlobs({ outcome, weights }: ResultMessage): Promise<void> {
    const { blobs } = this.plan;
    if (typeof outcome === 'string') await blobs.remove(outcome).catch(() => undefined);
    if (weights === undefined) return;
    const parents = [...this.pending.values()].map(({ message }) => message.job.parent?.weights);
    if (!parents.includes(weights)) await blobs.remove(weights).catch(() => undefined);
  }

  private async compare(job: Job): Promise<void> {
    const id = job.id ?? '';
    const key = evaluationOf(id);
    if (this.pending.has(id) || this.taken.has(id)) return;
    const committed = key === undefined ? undefined : this.plan.record.committed(key);
    if (key === undefined || committed === undefined) return;
    const { blobs, announcement, report } = this.plan;
    const { number, purpose } = key;
    const differs = (worker: string, what: string): void =>
      report({ kind: 'differing result', number, purpose, worker, what, kept: 'first' });
    try {
      const message = resultMessageOf(job.returnvalue);
      const { engine, device } = announcement;
      const cost = (job.data as JobMessage).job.cost;
      const outcome = await outcomeOf(message, { cost } as EvaluationJob, { blobs, engine, device });
      const what = differenceFrom(committed, outcome, message.weights);
      if (what !== undefined) differs(message.worker, what);
      await this.removeBlobs(message);
    } catch (error) {
      if (!(error instanceof BadResult)) throw error;
    }
    await this.queue.remove(id);
  }

  private rejectAll(reason: UserError): void {
    for (const { reject } of [...this.pending.values()]) reject(reason);
  }

  private connectionChanged(connected: boolean): void {
    if (connected === this.connected || this.closing.signal.aborted) return;
    this.connected = connected;
    if (connected) this.plan.report({ kind: 'queue back', queue: this.plan.connection.name, sentAgain: 0 });
    else this.plan.report({ kind: 'queue lost', queue: this.plan.connection.name });
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

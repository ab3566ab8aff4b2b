/**
 * Evaluators on other machines: a coordinator that sends jobs to a queue and takes their results.
 *
 * The database is the truth and the queue is disposable: it may be stopped, restarted or wiped at any time. Every few seconds
 * the coordinator compares what it waits for with what the queue holds, sends what is missing, and takes what is finished
 * (and what becomes of results then: taken-results.ts).
 *
 * Deaths of workers are the queue's matter (their jobs go to others) and never fail a candidate.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue, QueueEvents } from 'bullmq';
import { messageOf, UserError } from '../../core/errors.js';
import type { EvaluationJob, EvaluationOutcome } from '../../core/records.js';
import { writeSafetensors } from '../../core/safetensors.js';
import type { Evaluators } from '../../workers/evaluators.js';
import { jobIdOf, jobMessage, MESSAGE_BYTES, type JobMessage } from '../protocol/job-message.js';
import { Board, PREFIX, queueNameOf } from '../queue/board.js';
import { removeAllCheckpoints } from '../worker/checkpoints.js';
import { Attendance } from './attendance.js';
import { whenAborted, within } from '../queue/within.js';
import { Leadership } from './leadership.js';
import type { FleetPlan } from './plan.js';
import { BadResult, outcomeOf, resultMessageOf } from './results.js';
import { TakenResults } from './taken-results.js';

/** Milliseconds that leaving may take where the queue does not answer. */
const PATIENCE = 3000;
/** Milliseconds between two comparisons of what is waited for with what the queue holds. */
const RECONCILE = 1000;
/** Most milliseconds until a job that failed at workers again and again is tried once more. */
const LONGEST_PAUSE = 60_000;

interface Pending {
  readonly job: EvaluationJob;
  readonly message: JobMessage;
  readonly resolve: (outcome: EvaluationOutcome) => void;
  readonly reject: (reason: unknown) => void;
  sent: boolean;
  taking: boolean;
  /** True if it ended while it was looked at. */
  missed: boolean;
  /** How often a worker could not do it for a reason of its own. */
  failures: number;
  /** When it is tried again after the last of them; undefined where that was done. */
  retryAt: number | undefined;
}

export class FleetEvaluators implements Evaluators {
  readonly capacity: number;
  private readonly board: Board;
  private readonly queue: Queue;
  private readonly events: QueueEvents;
  private readonly leadership: Leadership;
  private readonly attendance: Attendance;
  private readonly pending = new Map<string, Pending>();
  private readonly taken: TakenResults;
  private readonly closing = new AbortController();
  private loop: Promise<void> | undefined;
  private connected = true;
  private complete = false;
  private sentAgain = 0;

  private constructor(private readonly plan: FleetPlan) {
    const { connection, announcement, record, report } = plan;
    this.capacity = announcement.lookahead;
    this.board = new Board(connection.redis);
    this.leadership = new Leadership(plan, this.board);
    const { Queue, QueueEvents } = connection.packages.bullmq;
    const options = { connection: connection.options, prefix: PREFIX };
    const name = queueNameOf(announcement.search);
    this.queue = new Queue(name, options);
    this.events = new QueueEvents(name, options);
    this.taken = new TakenResults(plan, this.queue, {
      has: (id) => this.pending.has(id),
      startsFrom: (weights) =>
        [...this.pending.values()].some(({ message }) => message.job.parent?.weights === weights),
    });
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
      await fleet.leadership.take();
      await fleet.leadership.publish();
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
        failures: 0,
        retryAt: undefined,
        resolve: (outcome) => settle(() => resolve(outcome)),
        reject: (reason) => settle(() => reject(asError(reason))),
      });
      void this.look(id);
    });
  }

  /** Name of the worker whose outcome of a job was taken last and is not committed yet. */
  workerOf(job: EvaluationJob): string | undefined {
    return this.taken.workerOf(jobIdOf(job));
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
    await this.taken.clear();
    if (this.complete) {
      await this.board.withdraw(search);
      await this.queue.obliterate({ force: true });
      await this.plan.blobs.remove(this.plan.announcement.setup);
      await removeAllCheckpoints(this.plan.blobs, search).catch(() => undefined);
    }
    await this.leadership.release();
  }

  private async disconnect(): Promise<void> {
    const { connection, blobs } = this.plan;
    await within(PATIENCE, Promise.allSettled([this.queue.close(), this.events.close(), blobs.close()]));
    await within(PATIENCE, Promise.allSettled([this.queue.disconnect(), this.events.disconnect()]));
    connection.close();
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
    const ended = whenAborted(signal);
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
    const { connection } = this.plan;
    await this.leadership.renew();
    await this.leadership.publish();
    this.attendance.update(await this.board.workers(), performance.now());
    await Promise.all([...this.pending.keys()].map((id) => this.look(id)));
    await this.taken.clear();
    await this.taken.compareOthers();
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
    const now = performance.now();
    if (waited.retryAt === undefined) {
      const reason = job.failedReason ?? 'unknown';
      const worker = job.processedBy ?? 'unknown';
      this.plan.report({ kind: 'result refused', number: waited.job.number, worker, reason });
      waited.retryAt = now + pauseAfter(waited.failures++);
    }
    if (now < waited.retryAt) return;
    waited.retryAt = undefined;
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
      this.taken.add(id, message);
      waited.resolve(outcome);
    } catch (error) {
      if (!(error instanceof BadResult)) throw error;
      report({ kind: 'result refused', number: waited.job.number, worker, reason: messageOf(error) });
      await this.queue.remove(id);
      await this.send(id, waited);
    }
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

/** Milliseconds: at once after the first failure, then for twice as long each time. */
function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_PAUSE, 1000 * 2 ** failures);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

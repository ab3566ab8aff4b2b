/**
 * Results that were taken. What is committed is removed from the queue and the blob store, since the database has its own copy;
 * a result that is found after that is compared with what was committed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import type { EvaluationJob } from '../../core/records.js';
import { evaluationOf, type JobMessage } from '../protocol/job-message.js';
import type { ResultMessage } from '../protocol/result-message.js';
import { removeCheckpoints } from '../worker/checkpoints.js';
import type { FleetPlan } from './plan.js';
import { BadResult, differenceFrom, outcomeOf, resultMessageOf } from './results.js';

/** Milliseconds for which committed results wait to be removed together. */
const CLEAR = 50;

/** The jobs whose results are waited for. */
export interface Awaited {
  has(id: string): boolean;
  /** True if one of them starts from the weights of this blob. */
  startsFrom(weights: string): boolean;
}

export class TakenResults {
  private readonly taken = new Map<string, ResultMessage>();
  private clearing: Promise<void> | undefined;

  constructor(
    private readonly plan: Pick<FleetPlan, 'record' | 'blobs' | 'announcement' | 'report'>,
    private readonly queue: Queue,
    private readonly awaited: Awaited,
  ) {}

  /** Keeps a result in mind until it is committed. */
  add(id: string, message: ResultMessage): void {
    this.taken.set(id, message);
    this.clearSoon();
  }

  /** Name of the worker whose result of a job is not committed yet. */
  workerOf(id: string): string | undefined {
    return this.taken.get(id)?.worker;
  }

  /** Looks in a moment what was committed meanwhile. */
  private clearSoon(): void {
    this.clearing ??= sleep(CLEAR)
      .then(() => this.clear())
      .catch(() => undefined)
      .finally(() => (this.clearing = undefined));
  }

  /** Removes what was committed. */
  async clear(): Promise<void> {
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
  async compareOthers(): Promise<void> {
    const completed = await this.queue.getCompleted(0, 99);
    for (const job of completed) await this.compare(job);
  }

  /** The database has its own copy of what is kept. */
  private async removeBlobs({ outcome, weights }: ResultMessage): Promise<void> {
    const { blobs } = this.plan;
    if (typeof outcome === 'string') await blobs.remove(outcome).catch(() => undefined);
    if (weights === undefined) return;
    if (!this.awaited.startsFrom(weights)) await blobs.remove(weights).catch(() => undefined);
  }

  private async compare(job: Job): Promise<void> {
    const id = job.id ?? '';
    const key = evaluationOf(id);
    if (this.awaited.has(id) || this.taken.has(id)) return;
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
}

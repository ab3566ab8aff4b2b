/**
 * Training batches made by a thread of their own, a call of the engine ahead: the engine computes on the thread that
 * calls it, which could not read and augment meanwhile.
 *
 * Batches depend on their number alone, so whoever makes them they are the same; where the thread fails, they are made
 * here, which also brings to light what it failed at.
 */
import { Worker } from 'node:worker_threads';
import { messageOf } from '../core/errors.js';
import type { Batch, BatchCall, BatchSource } from '../pretrain/batches.js';
import type { BatchReply, BatchRequest, PrefetchSetup } from './prefetch-thread.js';

/** Batch that the thread made; undefined where it could not. */
type Made = Promise<Batch | undefined>;

export class BatchPrefetcher implements BatchSource {
  private readonly worker: Worker;
  private readonly requested = new Map<number, (batch: Batch | undefined) => void>();
  private next: { readonly call: BatchCall; readonly made: Made } | undefined;
  private requests = 0;
  private ended = false;
  /** Why a batch had to be made here, if one had to. */
  failure: string | undefined;

  /** `here` makes what the thread can not; `entry` is named by tests that run from sources. */
  constructor(
    setup: PrefetchSetup,
    private readonly here: BatchSource,
    entry = new URL('./prefetch-thread.js', import.meta.url),
  ) {
    this.worker = new Worker(entry, { workerData: setup });
    this.worker.unref();
    this.worker.on('message', (reply: BatchReply) => {
      if ('error' in reply) this.failure = reply.error;
      this.settle(reply.id, 'batch' in reply ? reply.batch : undefined);
    });
    const end = (cause: unknown): void => {
      this.failure ??= typeof cause === 'number' ? `the thread ended with ${cause}` : messageOf(cause);
      this.ended = true;
      for (const id of [...this.requested.keys()]) this.settle(id, undefined);
    };
    this.worker.on('error', end);
    this.worker.on('exit', end);
  }

  ahead(call: BatchCall): void {
    this.next = { call, made: this.request(call) };
  }

  async take(call: BatchCall): Promise<Batch> {
    const { next } = this;
    this.next = undefined;
    const made = next !== undefined && isSame(next.call, call) ? next.made : this.request(call);
    return (await made) ?? this.here.take(call);
  }

  async close(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  private request(call: BatchCall): Made {
    if (this.ended) return Promise.resolve(undefined);
    const id = this.requests++;
    return new Promise((resolve) => {
      // Whoever awaits a batch keeps the process alive until it is there.
      this.worker.ref();
      this.requested.set(id, resolve);
      this.worker.postMessage({ id, call } satisfies BatchRequest);
    });
  }

  private settle(id: number, batch: Batch | undefined): void {
    this.requested.get(id)?.(batch);
    this.requested.delete(id);
    // A thread that is being ended keeps the process alive until it has: what follows is yet to be done.
    if (this.requested.size === 0 && !this.ended) this.worker.unref();
  }
}

function isSame(a: BatchCall, b: BatchCall): boolean {
  return a.first === b.first && a.count === b.count && a.key.join('/') === b.key.join('/');
}

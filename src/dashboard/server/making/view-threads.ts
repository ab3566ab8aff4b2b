/**
 * The threads that compute views, as the server sees them: one for what concerns all candidates, one for what concerns a
 * single one and for pictures, so that neither waits for the other. A thread that dies is replaced.
 */
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../../core/errors.js';
import { problemAnswer, type Answer } from '../answer.js';
import type { ViewQuery } from '../routes.js';
import type { DatabaseState, ViewQuestion, ViewReply } from './view-messages.js';

/** Questions that may wait; one more is refused. */
const PATIENCE = 64;
/**
 * MiB of a thread's heap, so that a view too large ends its thread and not the server: about four times what views of 100,000
 * candidates take.
 */
const HEAP = 512;

export class ViewThread {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private asked = 0;
  private busy = 0;
  private since = 0;

  /** `entry` is named by tests that run from sources; `heap` in MiB. */
  constructor(
    private readonly entry = new URL('./view-thread.js', import.meta.url),
    private readonly heap = HEAP,
  ) {}

  ask(query: ViewQuery, databases: readonly DatabaseState[]): Promise<Answer> {
    if (this.waiting.size >= PATIENCE)
      return Promise.resolve(problemAnswer(503, 'too many questions at once'));
    this.worker ??= this.start();
    const id = ++this.asked;
    if (this.waiting.size === 0) this.since = performance.now();
    const question: ViewQuestion = { id, query, databases };
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker?.postMessage(question);
    });
  }

  /** Milliseconds since the start in which a question was under way. */
  get worked(): number {
    if (this.waiting.size > 0) this.pause();
    return this.busy;
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
    this.failAll('the server is closing');
  }

  private start(): Worker {
    const worker = new Worker(this.entry, { resourceLimits: { maxOldGenerationSizeMb: this.heap } });
    worker.unref();
    worker.on('message', ({ id, answer }: ViewReply) => this.settle(id, answer));
    const end = (cause: unknown): void => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      const reason = typeof cause === 'number' ? String(cause) : messageOf(cause);
      this.failAll(`the thread that makes the view ended (${reason}); ask again`);
    };
    worker.on('error', end);
    worker.on('exit', end);
    return worker;
  }

  private failAll(problem: string): void {
    for (const id of [...this.waiting.keys()]) this.settle(id, problemAnswer(503, problem));
  }

  private settle(id: number, answer: Answer): void {
    const resolve = this.waiting.get(id);
    this.waiting.delete(id);
    this.pause();
    resolve?.(answer);
  }

  private pause(): void {
    const now = performance.now();
    this.busy += now - this.since;
    this.since = now;
  }
}

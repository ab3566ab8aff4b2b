/**
 * The entry of a worker thread that measures itself: the worker of a search (src/workers/thread.ts) with a stopwatch
 * around its engine and its batches.
 */
import { threadId } from 'node:worker_threads';
import { openShared } from '../../src/scans/sampling/scan-set-transfer.js';
import { ORDER } from '../../src/workers/continuation/continuation.js';
import type { AttemptOutcome } from '../../src/workers/job.js';
import type { ThreadTask } from '../../src/workers/messages.js';
import { Runtime } from '../../src/workers/runtime.js';
import { setup } from '../../src/workers/thread.js';
import { pythonSeconds } from '../python-seconds.js';
import { Stopwatch, threadSeconds, type Spent } from './spent.js';

/** An outcome, and what it took. */
export type MeasuredOutcome = AttemptOutcome & {
  readonly thread: number;
  readonly spent: Spent;
  /** Processor seconds of the worker's own thread; undefined where the system does not tell. */
  readonly cpu: number | undefined;
  /** Those of the Python process of engine torch; 0 without one, undefined where the system does not tell. */
  readonly python: number | undefined;
};

const watch = new Stopwatch();
let runtime: Promise<Runtime> | undefined;

export default async function evaluate({ job, order }: ThreadTask): Promise<MeasuredOutcome> {
  runtime ??= Runtime.create(setup, openShared(setup.scans), { engine: watch.engine, batches: watch.source });
  const worker = await runtime;
  const before = threadSeconds();
  const pythonBefore = await pythonSeconds(setup.engine);
  watch.start();
  const outcome = await worker.evaluate(job, () => Atomics.load(order, 0) !== ORDER.goOn);
  const spent = watch.stop();
  const after = threadSeconds();
  const pythonAfter = await pythonSeconds(setup.engine);
  const cpu = before === undefined || after === undefined ? undefined : after - before;
  const python =
    pythonBefore === undefined || pythonAfter === undefined ? undefined : pythonAfter - pythonBefore;
  return { ...outcome, thread: threadId, spent, cpu, python };
}

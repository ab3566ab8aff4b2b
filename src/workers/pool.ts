/**
 * Evaluators on this machine: piscina threads, each with one engine, in groups that share a memory. A candidate starts once
 * its group has room for it (admission.ts); memory is reserved by prediction, corrected by the peaks that were measured.
 *
 * An attempt that the machine ends (a crashed training process, a dead thread) is retried once, then recorded as failed.
 */
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { messageOf, present, UserError } from '../core/errors.js';
import type { EvaluationJob } from '../core/records.js';
import { Admission } from './admission.js';
import type { DeviceGroup } from './device-groups.js';
import { HandBack, ORDER, passOn, type Continuation, type Told } from './continuation/continuation.js';
import type { Evaluate, Evaluators } from './evaluators.js';
import type { AttemptOutcome, WorkerSetup } from './job.js';
import { MemoryCorrection } from './memory-correction.js';
import type { ThreadReply, ThreadTask } from './messages.js';

export interface PoolOptions {
  readonly groups: readonly DeviceGroup[];
  /** The compiled thread entry; tests that run from sources name another. */
  readonly entry?: URL;
}

/** Setup that workers of all groups share; the pool adds the rest. */
export type SharedSetup = Omit<WorkerSetup, 'alone' | 'environment'>;

const ATTEMPTS = 2;

type ThreadPool = Piscina<ThreadTask, ThreadReply>;

/** `close` waits for the workers: a thread that is ended amid native code takes the process down. */
export function createPool(shared: SharedSetup, { groups, entry }: PoolOptions): Evaluators {
  const capacity = groups.reduce((sum, group) => sum + group.workers, 0);
  const alone = shared.isolation === 'process' || capacity === 1;
  const pools = groups.map(({ workers, environment }) =>
    startThreads({ ...shared, alone, environment }, workers, entry),
  );
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const admission = new Admission(groups);
  const correction = new MemoryCorrection();

  const attempt = async (
    job: EvaluationJob,
    signal: AbortSignal,
    continuation: Continuation | undefined,
  ): Promise<AttemptOutcome> => {
    const ticket = await admission.enter(correction.of(job.cost.trainingBytes), signal);
    const run = runIn(present(pools[ticket.group], `group ${ticket.group}`), { job, signal, continuation });
    running.add(run);
    try {
      return await run;
    } finally {
      running.delete(run);
      ticket.leave();
    }
  };

  const evaluate: Evaluate = async (job, asked, continuation) => {
    const signal = AbortSignal.any([asked, closing.signal]);
    let error = '';
    for (let attempts = 1; attempts <= ATTEMPTS; attempts++) {
      try {
        const outcome = await attempt(job, signal, continuation);
        if (outcome.peakBytes !== undefined) correction.learn(job.cost.trainingBytes, outcome.peakBytes);
        return { ...outcome, attempts };
      } catch (thrown) {
        if (thrown instanceof UserError) throw thrown;
        if (signal.aborted) throw signal.reason instanceof HandBack ? signal.reason : thrown;
        error = messageOf(thrown);
      }
    }
    const { engine, device } = shared;
    const nothing = { score: null, steps: 0, seconds: 0, curves: [] };
    return { status: 'failed', ...nothing, engine, device, error, attempts: ATTEMPTS };
  };

  return {
    capacity,
    evaluate,
    close: async () => {
      closing.abort();
      await Promise.allSettled(running);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
  };
}

function startThreads(
  setup: WorkerSetup,
  workers: number,
  entry = new URL('./thread.js', import.meta.url),
): ThreadPool {
  return new Piscina({
    filename: fileURLToPath(entry),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
    workerData: setup,
  });
}

interface Attempt {
  readonly job: EvaluationJob;
  readonly signal: AbortSignal;
  readonly continuation: Continuation | undefined;
}

/** Runs one attempt. Piscina's own cancellation would end the thread; instead the training is asked to stop soon. */
async function runIn(pool: ThreadPool, { job, signal, continuation }: Attempt): Promise<AttemptOutcome> {
  signal.throwIfAborted();
  const order = new Int32Array(new SharedArrayBuffer(4));
  const onAbort = (): void =>
    void Atomics.store(order, 0, signal.reason instanceof HandBack ? ORDER.handBack : ORDER.stop);
  signal.addEventListener('abort', onAbort, { once: true });
  const told = continuation && listenTo(continuation);
  try {
    const reply = await (told === undefined
      ? pool.run({ job, order })
      : pool.run({ job, order, continuation: told.data }, { transferList: [told.data.port] }));
    if (!('kind' in reply)) return reply;
    throw reply.kind === 'refused' ? new UserError(reply.details) : new HandBack();
  } finally {
    signal.removeEventListener('abort', onAbort);
    told?.close();
  }
}

/** A continuation for a thread, and the end of what it tells, which is then told to the last. */
function listenTo(continuation: Continuation) {
  const { folder, everySeconds } = continuation;
  const { port1: here, port2: port } = new MessageChannel();
  here.on('message', (told: Told) => passOn(told, continuation));
  const close = (): void => {
    for (let next = receiveMessageOnPort(here); next !== undefined; next = receiveMessageOnPort(here)) {
      passOn(next.message as Told, continuation);
    }
    here.close();
  };
  return { data: { folder, everySeconds, port }, close };
}

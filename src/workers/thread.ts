/**
 * The entry of a piscina thread: trains in the thread, or in a child process that the thread owns.
 */
import { workerData } from 'piscina';
import { UserError } from '../core/errors.js';
import { openShared } from '../scans/sampling/scan-set-transfer.js';
import { ChildRuntime } from './child-runtime.js';
import { HandBack, ORDER, type Continuing } from './continuation/continuation.js';
import type { ThreadReply, ThreadTask } from './messages.js';
import { Runtime } from './runtime.js';
import type { AttemptOutcome, WorkerSetup } from './job.js';

/** What the thread was started with. */
export const setup = workerData as WorkerSetup;

let runtime: Promise<Runtime | ChildRuntime> | undefined;

/** A `UserError` comes back as a refusal, since errors lose their class on the way between threads. */
export default async function evaluate(task: ThreadTask): Promise<ThreadReply> {
  try {
    return await attempt(task);
  } catch (thrown) {
    if (thrown instanceof UserError) return { kind: 'refused', details: thrown.details };
    if (thrown instanceof HandBack) return { kind: 'handed back' };
    throw thrown;
  }
}

async function attempt({ job, order, continuation }: ThreadTask): Promise<AttemptOutcome> {
  runtime ??=
    setup.isolation === 'process'
      ? Promise.resolve(new ChildRuntime(setup))
      : Runtime.create(setup, openShared(setup.scans));
  const continuing: Continuing | undefined = continuation && {
    folder: continuation.folder,
    everySeconds: continuation.everySeconds,
    handsBack: () => Atomics.load(order, 0) === ORDER.handBack,
    tell: (told) => continuation.port.postMessage(told),
  };
  return (await runtime).evaluate(job, () => Atomics.load(order, 0) !== ORDER.goOn, continuing);
}

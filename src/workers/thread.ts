/**
 * The entry of a piscina thread: trains in the thread, or in a child process that the thread owns.
 */
import { workerData } from 'piscina';
import { UserError } from '../core/errors.js';
import { openShared } from '../scans/sampling/scan-set-transfer.js';
import { ChildRuntime } from './child-runtime.js';
import type { Refusal, ThreadTask } from './messages.js';
import { Runtime } from './runtime.js';
import type { AttemptOutcome, WorkerSetup } from './job.js';

/** What the thread was started with. */
export const setup = workerData as WorkerSetup;

let runtime: Promise<Runtime | ChildRuntime> | undefined;

/** A `UserError` comes back as a refusal, since errors lose their class on the way between threads. */
export default async function evaluate(task: ThreadTask): Promise<AttemptOutcome | Refusal> {
  try {
    return await attempt(task);
  } catch (thrown) {
    if (thrown instanceof UserError) return { kind: 'refused', details: thrown.details };
    throw thrown;
  }
}

async function attempt({ job, stop }: ThreadTask): Promise<AttemptOutcome> {
  runtime ??=
    setup.isolation === 'process'
      ? Promise.resolve(new ChildRuntime(setup))
      : Runtime.create(setup, openShared(setup.scans));
  return (await runtime).evaluate(job, () => Atomics.load(stop, 0) === 1);
}

/**
 * The entry of a piscina thread: trains in the thread, or in a child process that the thread owns.
 */
import { workerData } from 'piscina';
import { ChildRuntime } from './child-runtime.js';
import { Runtime } from './runtime.js';
import type { AttemptOutcome, Job, WorkerSetup } from './setup.js';

const setup = workerData as WorkerSetup;
const interrupted = (): boolean => Atomics.load(setup.stop, 0) === 1;

let runtime: Promise<Runtime | ChildRuntime> | undefined;

export default async function evaluate(job: Job): Promise<AttemptOutcome> {
  runtime ??=
    setup.isolation === 'process'
      ? Promise.resolve(new ChildRuntime(setup))
      : Runtime.create(setup, setup.scans);
  return (await runtime).evaluate(job, interrupted);
}

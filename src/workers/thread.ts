/**
 * The entry of a piscina thread: trains in the thread, or in a child process that the thread owns.
 */
import { workerData } from 'piscina';
import { ChildRuntime } from './child-runtime.js';
import { Runtime } from './runtime.js';
import type { Job, AttemptOutcome, WorkerSetup } from './setup.js';

const setup = workerData as WorkerSetup;

let runtime: Promise<{ evaluate(job: Job): Promise<AttemptOutcome> }> | undefined;

export default async function evaluate(job: Job): Promise<AttemptOutcome> {
  runtime ??= setup.isolation === 'process' ? ChildRuntime.create(setup) : Runtime.create(setup, setup.scans);
  return (await runtime).evaluate(job);
}

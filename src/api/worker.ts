/**
 * A worker: evaluates candidates of searches that other machines lead, in the pool of this machine.
 */
import { hostname } from 'node:os';
import { UserError } from '../core/errors.js';
import { parseOrThrow } from '../core/validate.js';
import type { Precision } from '../engines/engine.js';
import { openBlobStore } from '../fleet/blobs/open.js';
import { processorClass } from '../fleet/classes/processor-class.js';
import type { Announcement } from '../fleet/protocol/board-messages.js';
import { workerName } from '../fleet/protocol/result-message.js';
import { connect } from '../fleet/queue/connection.js';
import type { WorkerEvent } from '../fleet/worker/events.js';
import { runWorker } from '../fleet/worker/run-worker.js';
import type { RunOptions } from './events.js';
import { checkedMemory } from './searching/worker-count.js';
import { openPool, type MachineOptions } from './working/open-pool.js';

export interface WorkerOptions extends RunOptions<WorkerEvent>, MachineOptions {
  /** Address of the queue. */
  readonly queue: string;
  /** Folder or `s3://bucket/prefix` that all machines reach. */
  readonly blobs: string;
  /** The only device to compute on; absent: that of the search. */
  readonly device?: string | undefined;
  /** Name that the worker is shown by; absent: the machine's with a number. */
  readonly name?: string | undefined;
  /** Seconds after which a worker that is gone is replaced. */
  readonly lock?: number | undefined;
  /** Seconds between two checkpoints of an evaluation; absent: 30. */
  readonly checkpointEvery?: number | undefined;
  /** True if it ends with the search that it serves. */
  readonly once?: boolean | undefined;
}

/**
 * Works until `signal` is aborted, which gives back what is under way. Throws `UserError` where no search can be worked for:
 * another class of processors, an engine or device that does not run here, other code.
 */
export async function worker(options: WorkerOptions): Promise<void> {
  const { queue, once = false, signal = new AbortController().signal } = options;
  const lock = 1000 * seconds('--lock', options.lock ?? 5, 1);
  const checkpointSeconds = seconds('--checkpoint-every', options.checkpointEvery ?? 30, 0);
  checkedSlots(options.slots);
  checkedMemory(options.memory);
  checkedDisk(options.disk);
  const name = parseOrThrow(workerName, options.name ?? ownName(), '--name');
  const classFor = classesHere(options.device);
  const connection = await connect(queue, 'worker');
  try {
    const blobs = await openBlobStore(options.blobs);
    try {
      const report = options.onEvent ?? (() => undefined);
      connection.onChange((there) =>
        report({ kind: there ? 'queue back' : 'queue lost', queue: connection.name }),
      );
      await runWorker({
        connection,
        blobs,
        name,
        lock,
        checkpointSeconds,
        once,
        signal,
        report,
        classFor: async (search) => classFor(search),
        openPool: (setup) => openPool(setup, blobs, options),
      });
    } finally {
      await blobs.close();
    }
  } finally {
    connection.close();
  }
}

export { holdsPassword } from '../fleet/queue/address.js';

function ownName(): string {
  const machine = hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return `${machine === '' ? 'worker' : machine.slice(0, 80)}-${process.pid}`;
}

/** Asks for the class of this machine's processor once for each kind of search. */
function classesHere(own: string | undefined): (search: Announcement) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return ({ name, engine, device, precision, threads }) => {
    if (own !== undefined && own !== device) {
      throw new UserError({
        subject: '--device',
        problem: `is ${own}, and the search ${name} computes on ${device}`,
        fix: `leave it out, or start a search on ${own}`,
      });
    }
    const key = [engine, device, precision, threads].join(' ');
    const found =
      known.get(key) ?? processorClass({ engine, device, precision: precision as Precision, threads });
    known.set(key, found);
    return found;
  };
}

function checkedSlots(slots: number | undefined): void {
  if (slots === undefined || (Number.isInteger(slots) && slots >= 1)) return;
  throw new UserError({
    subject: '--slots',
    problem: `must be a positive integer, got ${slots}`,
    fix: 'use 1 or more',
  });
}

function seconds(option: string, value: number, least: number): number {
  if (value >= least && value <= 86_400) return value;
  throw new UserError({
    subject: option,
    problem: `must be between ${least} and 86400 seconds, got ${value}`,
    fix: 'leave it out',
  });
}

function checkedDisk(disk: number | undefined): void {
  if (disk === undefined || disk > 0) return;
  throw new UserError({
    subject: '--disk',
    problem: `must be a positive number of GiB, got ${disk}`,
    fix: 'leave it out for 50',
  });
}

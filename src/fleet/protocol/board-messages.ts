/**
 * Short notes that lie in Redis beside the queues: a search that is under way, and a worker that is there.
 */
import { z } from 'zod';
import { hash, PROTOCOL, searchId } from './job-message.js';
import { className, workerName } from './result-message.js';

const short = z.string().max(200);

/** A search that wants workers. */
export const Announcement = z.strictObject({
  version: z.literal(PROTOCOL),
  search: searchId,
  /** Name of its experiment. */
  name: short,
  /** Blob of its setup. */
  setup: hash,
  engine: short,
  device: short,
  precision: short,
  /** Threads within one operation. */
  threads: z.int().positive(),
  /** True if workers of all classes may take part. */
  mixed: z.boolean(),
  lookahead: z.int().positive(),
});
export type Announcement = z.infer<typeof Announcement>;

/** A worker, as it says itself every second. */
export const WorkerCard = z.strictObject({
  version: z.literal(PROTOCOL),
  name: workerName,
  /** The search that it works for; null while it has none. */
  search: searchId.nullable(),
  class: className.nullable(),
  slots: z.int().nonnegative(),
  /** Ids of the jobs that it works on. */
  running: z.array(short).max(10_000),
  state: z.enum(['working', 'draining']),
  /** Jobs that it finished, handed back, and lost. */
  done: z.int().nonnegative(),
  handedBack: z.int().nonnegative(),
  lost: z.int().nonnegative(),
});
export type WorkerCard = z.infer<typeof WorkerCard>;

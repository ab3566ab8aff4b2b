/**
 * A worker of a fleet from its start to its end: looks for a search that it can work for, serves it, looks for the next.
 *
 * A search that it cannot work for (another class of processors, an engine or device that does not run here) is refused in
 * one line; where there is no other, that ends the worker.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import type { Evaluators } from '../../workers/evaluators.js';
import type { BlobStore } from '../blobs/blob-store.js';
import type { Announcement, WorkerCard } from '../protocol/board-messages.js';
import { PROTOCOL } from '../protocol/job-message.js';
import { fetchSetup, type FleetSetup } from '../protocol/setup-message.js';
import { Board } from '../queue/board.js';
import { whenAborted } from '../queue/within.js';
import type { Connection } from '../queue/connection.js';
import type { WorkerEvent } from './events.js';
import { Service } from './service.js';

/** Milliseconds between two looks at the board. */
const LOOK = 500;

/** Milliseconds in which a coordinator writes again what was wiped. */
const WIPED = 3000;

export interface WorkerPlan {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly name: string;
  /** Milliseconds for which a job is this worker's without its saying so again. */
  readonly lock: number;
  /** Seconds between two checkpoints of an evaluation. */
  readonly checkpointSeconds: number;
  /** The class of this machine's processor for a search. Throws `UserError` where its engine or device does not run here. */
  readonly classFor: (search: Announcement) => Promise<string>;
  readonly openPool: (setup: FleetSetup) => Promise<Evaluators>;
  /** True if the worker ends with the search that it served. */
  readonly once: boolean;
  /** Aborted: what is under way is given back, and the worker ends. */
  readonly signal: AbortSignal;
  readonly report: (event: WorkerEvent) => void;
}

export async function runWorker(plan: WorkerPlan): Promise<void> {
  const { connection, name, signal, report } = plan;
  const board = new Board(connection.redis);
  await requireOwnName(board, name);
  let waiting = false;
  try {
    while (!signal.aborted) {
      const chosen = await choose(board, plan);
      if (chosen === undefined) {
        if (!waiting) report({ kind: 'waiting for a search', name, queue: connection.name });
        waiting = true;
        await pause(LOOK, signal);
        continue;
      }
      waiting = false;
      if ((await serve(board, chosen, plan)) === 'drained' || plan.once) return;
    }
  } finally {
    await Promise.race([board.remove(name).catch(() => undefined), sleep(1000)]);
  }
}

interface Chosen {
  readonly search: Announcement;
  readonly class: string;
}

/** The first search that this machine can work for, led ones first. Throws the reason where there are only others. */
async function choose(board: Board, { classFor, name }: WorkerPlan): Promise<Chosen | undefined> {
  const refusals: UserError[] = [];
  for (const search of await ledFirst(board)) {
    try {
      const own = await classFor(search);
      if (!search.mixed) requireClass(name, search, await board.claimClass(search.search, own), own);
      return { search, class: own };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusals.push(error);
    }
  }
  if (refusals[0] !== undefined) throw refusals[0];
  return undefined;
}

/** A search that nobody leads, since it was interrupted, may still have jobs to do. */
async function ledFirst(board: Board): Promise<readonly Announcement[]> {
  const all = await board.searches();
  const led = await Promise.all(all.map(({ search }) => board.led(search)));
  return [...all.filter((_, i) => led[i] === true), ...all.filter((_, i) => led[i] !== true)];
}

/** True if nobody leads the search, and somebody leads another that this machine could work for. */
async function isWantedElsewhere(board: Board, { search, class: own }: Chosen): Promise<boolean> {
  if (await board.led(search.search)) return false;
  for (const other of await board.searches()) {
    if (other.search === search.search || !(await board.led(other.search))) continue;
    if (other.engine !== search.engine || other.device !== search.device) continue;
    const known = await board.classOf(other.search);
    if (other.mixed || known === undefined || known === own) return true;
  }
  return false;
}

function requireClass(worker: string, { name }: Announcement, ofSearch: string, own: string): void {
  if (ofSearch === own) return;
  throw new UserError({
    subject: `worker ${worker}`,
    problem: `is of processor class ${own}, and the search ${name} belongs to ${ofSearch}: their sums differ in the last bits`,
    fix: 'start it on a machine of that class, or the search with --mixed',
  });
}

/** Serves until the search has ended, or the worker shall. */
async function serve(board: Board, chosen: Chosen, plan: WorkerPlan): Promise<'search ended' | 'drained'> {
  const { connection, blobs, name, lock, checkpointSeconds, signal, report } = plan;
  const { search, class: own } = chosen;
  const setup = await fetchSetup(search.setup, blobs);
  const pool = await plan.openPool(setup);
  const service = new Service({
    connection,
    blobs,
    pool,
    search: search.search,
    worker: name,
    class: own,
    lock,
    checkpointSeconds,
    report,
  });
  const slots = pool.capacity;
  const ended = whenAborted(signal);
  report({
    kind: 'serving',
    search: search.name,
    engine: setup.engine,
    device: setup.device,
    class: own,
    slots,
  });
  const card = (state: WorkerCard['state']): WorkerCard => ({
    version: PROTOCOL,
    name,
    search: search.search,
    class: own,
    slots,
    running: [...service.jobs],
    state,
    ...service.counts,
  });
  try {
    for (;;) {
      if (signal.aborted) {
        report({ kind: 'draining', running: service.jobs.length });
        return 'drained';
      }
      if (service.failure !== undefined) throw service.failure;
      const look = Promise.all([
        board.show(card('working')),
        board.isAskedToDrain(name),
        board.announced(search.search),
        search.mixed ? own : board.claimClass(search.search, own),
      ]);
      const seen = await Promise.race([look, ended]);
      if (!Array.isArray(seen)) continue;
      const [, asked, announced, ofSearch] = seen;
      requireClass(name, search, ofSearch, own);
      if (asked) {
        report({ kind: 'draining', running: service.jobs.length });
        const showing = setInterval(() => void board.show(card('draining')).catch(() => undefined), 1000);
        await Promise.race([service.drain(), ended]);
        clearInterval(showing);
        return 'drained';
      }
      if (!announced && service.jobs.length === 0 && !(await stillAnnounced(board, search, signal))) {
        report({ kind: 'search ended', search: search.name });
        return 'search ended';
      }
      if (service.jobs.length === 0 && (await isWantedElsewhere(board, chosen))) {
        report({ kind: 'search ended', search: search.name });
        return 'search ended';
      }
      await pause(LOOK, signal);
    }
  } finally {
    await service.leave();
    await pool.close();
  }
}

/** A queue that was wiped is written again by its coordinator, in a second or two; other searches need not wait for that. */
async function stillAnnounced(board: Board, { search }: Announcement, signal: AbortSignal): Promise<boolean> {
  for (let waited = 0; waited < WIPED && !signal.aborted; waited += LOOK) {
    await pause(LOOK, signal);
    const all = await board.searches();
    if (all.length > 0) return all.some((other) => other.search === search);
  }
  return false;
}

async function requireOwnName(board: Board, name: string): Promise<void> {
  if (!(await board.workers()).some((card) => card.name === name)) return;
  throw new UserError({
    subject: `worker ${name}`,
    problem: 'another worker of that name is there',
    fix: 'give another --name',
  });
}

/** Waits, at most until the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}

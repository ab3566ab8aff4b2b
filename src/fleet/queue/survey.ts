/**
 * A look at a queue from outside: which searches are under way, who works on what, and who waits for whom.
 */
import type { Job, Queue } from 'bullmq';
import type { Announcement, WorkerCard } from '../protocol/board-messages.js';
import { Board, PREFIX, queueNameOf } from './board.js';
import type { Connection } from './connection.js';

/** An evaluation that is under way. */
export interface ActiveJob {
  readonly id: string;
  /** Name of its worker; null where that is not known yet. */
  readonly worker: string | null;
  /** Seconds since its worker took it. */
  readonly seconds: number;
  /** How often it was taken: more than once after a preemption or the death of a worker. */
  readonly starts: number;
  /** How often its worker was gone without a word. */
  readonly stalls: number;
}

export interface SurveyedSearch extends Pick<
  Announcement,
  'search' | 'name' | 'engine' | 'device' | 'lookahead'
> {
  /** Class of processors that it belongs to; null before its first worker, or where all may take part. */
  readonly class: string | null;
  readonly mixed: boolean;
  /** True if a process leads it now. */
  readonly led: boolean;
  readonly paused: boolean;
  /** Evaluations that wait for a worker. */
  readonly waiting: number;
  readonly active: readonly ActiveJob[];
  /** Slots of its workers. */
  readonly slots: number;
  /**
   * Slots without work although nothing waits: what comes next rests on the evaluations that are under way. 0 where the
   * search is paused or not led.
   */
  readonly idle: number;
}

export interface Survey {
  readonly searches: readonly SurveyedSearch[];
  readonly workers: readonly WorkerCard[];
}

/** @param search only this one, by its id; absent: all */
export async function surveyQueue(connection: Connection, search?: string): Promise<Survey> {
  const board = new Board(connection.redis);
  const workers = (await board.workers()).filter((card) => search === undefined || card.search === search);
  const notes = (await board.searches()).filter((note) => search === undefined || note.search === search);
  const searches = [];
  for (const note of notes) searches.push(await surveySearch(connection, board, note, workers));
  return { searches, workers };
}

/** Evaluations under way that are looked at. */
const MOST = 10_000;

async function surveySearch(
  connection: Connection,
  board: Board,
  note: Announcement,
  workers: readonly WorkerCard[],
): Promise<SurveyedSearch> {
  const { search, name, engine, device, lookahead, mixed } = note;
  return withQueue(connection, search, async (queue) => {
    const paused = await queue.isPaused();
    const waiting = await queue.getWaitingCount();
    const active = (await queue.getActive(0, MOST)).map(activeJob);
    const led = await board.led(search);
    const slots = workers
      .filter((card) => card.search === search && card.state === 'working')
      .reduce((sum, card) => sum + card.slots, 0);
    const idle = led && !paused && waiting === 0 ? Math.max(0, slots - active.length) : 0;
    const processors = (await board.classOf(search)) ?? null;
    return {
      search,
      name,
      engine,
      device,
      lookahead,
      mixed,
      class: processors,
      led,
      paused,
      waiting,
      active,
      slots,
      idle,
    };
  });
}

function activeJob({ id, processedBy, processedOn, attemptsStarted, stalledCounter }: Job): ActiveJob {
  return {
    id: id ?? '',
    worker: processedBy ?? null,
    seconds: processedOn === undefined ? 0 : Math.max(0, (Date.now() - processedOn) / 1000),
    starts: attemptsStarted,
    stalls: stalledCounter,
  };
}

/** Stops workers from taking evaluations of a search, or lets them; what is under way goes on. */
export function pauseSearch(connection: Connection, search: string, paused: boolean): Promise<void> {
  return withQueue(connection, search, (queue) => (paused ? queue.pause() : queue.resume()));
}

async function withQueue<T>(
  { packages, options }: Connection,
  search: string,
  use: (queue: Queue) => Promise<T>,
): Promise<T> {
  const queue = new packages.bullmq.Queue(queueNameOf(search), { connection: options, prefix: PREFIX });
  queue.on('error', () => undefined);
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

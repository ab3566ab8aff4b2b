/**
 * A look at the searches and workers of a queue, and the orders that they take: pause, go on, drain.
 */
import { UserError } from '../core/errors.js';
import { Board } from '../fleet/queue/board.js';
import { connect } from '../fleet/queue/connection.js';
import { pauseSearch, surveyQueue, type Survey } from '../fleet/queue/survey.js';
import { knownFleetOf } from '../store/index.js';
import { withExperiment } from './open-experiment.js';

export interface FleetViewOptions {
  /** Address of the queue. */
  readonly queue: string;
  /** Database of the only search to look at. */
  readonly database?: string | undefined;
  /** Name of the experiment, where the database holds several. */
  readonly experiment?: string | undefined;
  /** True: workers take nothing new. False: they do again. */
  readonly paused?: boolean | undefined;
  /** Names of workers that shall finish what they do and end, or `all`. */
  readonly drain?: string | undefined;
}

/** Carries out what is asked, then looks. Throws `UserError` where a worker or search that is named is not there. */
export async function fleet(options: FleetViewOptions): Promise<Survey> {
  const { queue, database, experiment, paused, drain } = options;
  const search =
    database === undefined
      ? undefined
      : await withExperiment({ database, experiment }, (store, row) => knownFleetOf(store, row.id));
  if (database !== undefined && search === undefined) {
    throw new UserError({
      subject: database,
      problem: 'its search never ran on a queue',
      fix: 'start it with --queue URL, or leave the database out',
    });
  }
  const connection = await connect(queue, 'fleet');
  try {
    const before = await surveyQueue(connection, search);
    if (paused === undefined && drain === undefined) return before;
    if (paused !== undefined)
      for (const { search: id } of before.searches) await pauseSearch(connection, id, paused);
    if (drain !== undefined) await drainWorkers(new Board(connection.redis), before, drain);
    return await surveyQueue(connection, search);
  } finally {
    connection.close();
  }
}

async function drainWorkers(board: Board, { workers }: Survey, asked: string): Promise<void> {
  const chosen = workers.filter(({ name }) => asked === 'all' || name === asked);
  if (chosen.length === 0) {
    throw new UserError({
      subject: `worker ${asked}`,
      problem: 'is not there',
      fix:
        workers.length === 0
          ? 'there is none'
          : `choose one of ${workers.map(({ name }) => name).join(', ')}, or all`,
    });
  }
  for (const { name } of chosen) await board.askToDrain(name);
}

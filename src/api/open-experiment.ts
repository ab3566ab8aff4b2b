/**
 * An experiment opened from its database, for the commands that look at one.
 */
import { parseOrThrow } from '../core/validate.js';
import { resolveExperiment, type ResolvedExperiment } from '../experiment/resolve.js';
import { Experiment } from '../experiment/schema.js';
import {
  chooseExperiment,
  openStore,
  storageFailure,
  type ExperimentRow as Row,
  type Store,
} from '../store/index.js';
import { note } from '../cli/views/output.js';
import { specFromJson } from './search-spec.js';
import { storedLatencyModel } from './stored-latency.js';

/** Opens for reading, hands over, closes. */
export async function withExperiment<T>(
  database: string,
  name: string | undefined,
  use: (store: Store, row: Row) => T | Promise<T>,
): Promise<T> {
  const store = openStore(database, 'read');
  noteRemarks(store);
  try {
    return await use(store, chooseExperiment(store, name));
  } catch (error) {
    throw storageFailure(database, error);
  } finally {
    store.close();
  }
}

/** Says what the user should know of the database's file. */
export function noteRemarks({ path, remarks }: Store): void {
  for (const remark of remarks) note(`${path}: ${remark}`);
}

/** The experiment's space and task as the database records them. */
export async function preparedFrom(row: Row, database: string): Promise<ResolvedExperiment> {
  const { experiment, channels } = specFromJson(row.spec);
  const parsed = parseOrThrow(Experiment, experiment, `experiment ${row.name} in ${database}`);
  return resolveExperiment(parsed, channels, storedLatencyModel(row, database));
}

/** The arguments that choose an experiment of a database. */
export const experimentOption = {
  experiment: { type: 'string', describe: 'name, where the database holds several' },
} as const;

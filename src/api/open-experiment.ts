/**
 * An experiment opened from its database, for the use cases that read one.
 */
import { parseOrThrow } from '../core/validate.js';
import { resolveExperiment, type ConstrainedExperiment } from '../experiment/resolve.js';
import { Experiment } from '../experiment/schema.js';
import {
  chooseExperiment,
  openStore,
  storageFailure,
  type ExperimentRow,
  type Store,
} from '../store/index.js';
import type { Listener, SourceEvent } from './events.js';
import { specFromJson } from './search-spec.js';
import { storedLatencyModel } from './searching/stored-latency.js';

/** Names an experiment of a database. */
export interface ExperimentSource {
  /** Path of the SQLite file. */
  readonly database: string;
  /** Name of the experiment, where the database holds several. */
  readonly experiment?: string | undefined;
  readonly onEvent?: ((event: SourceEvent) => void) | undefined;
}

/** Opens for reading, hands over, closes. */
export async function withExperiment<T>(
  { database, experiment, onEvent }: ExperimentSource,
  use: (store: Store, row: ExperimentRow) => T | Promise<T>,
): Promise<T> {
  const store = openStore(database, 'read');
  reportRemarks(store, onEvent);
  try {
    return await use(store, chooseExperiment(store, experiment));
  } catch (error) {
    throw storageFailure(database, error);
  } finally {
    store.close();
  }
}

/** Reports what the user should know of the database's file. */
export function reportRemarks({ path, remarks }: Store, report: Listener<SourceEvent> | undefined): void {
  for (const remark of remarks) report?.({ kind: 'database remark', database: path, remark });
}

/** The experiment's space and task as the database records them. */
export async function resolvedFrom(row: ExperimentRow, database: string): Promise<ConstrainedExperiment> {
  const { experiment, channels } = specFromJson(row.spec);
  const parsed = parseOrThrow(Experiment, experiment, `experiment ${row.name} in ${database}`);
  const resolved = await resolveExperiment(parsed);
  return resolved.planFor(channels).constrainBy(storedLatencyModel(row, database));
}

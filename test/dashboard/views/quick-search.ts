/** A search that takes seconds, with everything that a page can show of a candidate. */
import { join } from 'node:path';
import { search } from 'voxolve';
import { vi } from 'vitest';
import { openStore, type Store } from '../../../src/store/index.js';
import { smallSpace, temporaryFolder, tinyExperiment } from '../../support/tiny.js';

/** Runs the tiny experiment with some keys replaced; returns the path of its database, which is gone after the test file. */
export async function quickSearch(changes: object = {}, name = 'search.db'): Promise<string> {
  const folder = temporaryFolder();
  vi.stubEnv('VOXOLVE_CACHE', join(folder, 'cache'));
  vi.stubEnv('VOXOLVE_PYTHON', '');
  const database = join(folder, name);
  const experiment = { ...tinyExperiment, space: smallSpace, inherit: true, ...changes };
  await search({ experiment, database, workers: 1 });
  return database;
}

/** Opens a database to read, and closes it. */
export async function reading<T>(database: string, use: (store: Store) => T | Promise<T>): Promise<T> {
  const store = openStore(database, 'read');
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

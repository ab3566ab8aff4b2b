/** Searches without training, for what leaves them: curves, trust, failed and diverged candidates. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  findExperiment,
  insertEvaluation,
  openStore,
  type ExperimentRow,
  type Store,
} from '../../src/store/index.js';
import { present } from '../../src/core/errors.js';
import { runToy } from '../study/simulation.js';

/** A folder that is removed after the tests of the file. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-interop-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Searched {
  readonly path: string;
  readonly store: Store;
  readonly row: ExperimentRow;
}

/** A finished search of 60 candidates; the best has a probe and a second evaluation. */
export async function searchedIn(folder: string, name = 'toy.db'): Promise<Searched> {
  const path = join(folder, name);
  const store = openStore(path, 'create');
  const end = await runToy(store);
  const row = present(findExperiment(store, 'toy'), 'toy');
  const best = present(end.best, 'a best candidate').number;
  const id = store.statement('SELECT id FROM candidates WHERE number = ?').pluck().get(best) as number;
  insertEvaluation(
    store,
    id,
    {
      purpose: 'winner',
      rung: 0,
      seed: 99,
      steps: 20,
      status: 'done',
      score: 0.1 + 0.2,
      engine: 'simulated',
      device: 'none',
      seconds: 2.5,
      error: null,
      attempts: 1,
      artifact: null,
      inherited: null,
    },
    {
      curves: [{ name: 'loss', steps: [0, 10, 20], values: [1 / 3, 0.25, -0.125] }],
      probes: [{ name: 'ridge', value: 0.7, low: 0.6, high: 0.8 }],
    },
  );
  return { path, store, row };
}

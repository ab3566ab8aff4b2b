/**
 * A search small enough for a test: tiny phantoms, tiny patches, a handful of steps.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export { lineageTables, winnerTables } from '../../bench/search-tables.js';

/** A folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const tinyExperiment = {
  name: 'tiny',
  seed: 3,
  candidates: 10,
  lookahead: 4,
  proxyTask: { name: 'jigsaw3d', options: { patch: 6, jitter: 1, gap: 0.2, permutations: 8, foreground: 0 } },
  strategy: { name: 'evolution', options: { population: 4, sample: 2 } },
  scans: { spacing: 6 },
  phantoms: { patients: 4, size: 24, seed: 1 },
  training: { steps: 4, batch: 2, evaluationBatches: 3 },
  constraints: { macs: 3e8, params: 3e5 },
  trust: { share: 0.2 },
  winners: { candidates: 2, seeds: 2 },
} as const;

/** A space of networks that are compiled in a moment, for tests of what does not depend on the networks. */
export const smallSpace = fileURLToPath(new URL('../fixtures/plugins/small-space.ts', import.meta.url));

/** Writes an experiment file, by default the tiny one with some keys replaced; returns its path. */
export function writeExperiment(folder: string, changes: object = {}, name = 'experiment.json'): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ ...tinyExperiment, ...changes }));
  return path;
}

/**
 * A search small enough for a test: tiny phantoms, tiny patches, a handful of steps.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Sqlite } from '../../src/store/sqlite.js';
import { afterAll } from 'vitest';

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

/** The choice of winners, their repetitions, and all probes: they depend on how far a search was taken. */
export function winnerTables(path: string): Record<string, unknown[]> {
  const db = new Sqlite(path, { readonly: true });
  try {
    const all = (sql: string): unknown[] => db.prepare(sql).all();
    return {
      winners: all(
        `SELECT chosen_from, place, number FROM winners JOIN candidates ON candidates.id = candidate
         ORDER BY chosen_from, place`,
      ),
      evaluations: all(
        `SELECT number, evaluations.seed, steps, evaluations.score, artifact
         FROM evaluations JOIN candidates ON candidates.id = candidate
         WHERE purpose = 'winner' ORDER BY number, evaluations.seed`,
      ),
      probes: all(
        `SELECT number, evaluations.seed, name, value, low, high FROM probes
         JOIN evaluations ON evaluations.id = evaluation JOIN candidates ON candidates.id = candidate
         ORDER BY number, evaluations.seed, name`,
      ),
    };
  } finally {
    db.close();
  }
}

/** Everything that a search decided and found out, without times and ids: what must not depend on the workers. */
export function lineageTables(path: string): Record<string, unknown[]> {
  const db = new Sqlite(path, { readonly: true });
  try {
    const all = (sql: string): unknown[] => db.prepare(sql).all();
    return {
      candidates: all(
        'SELECT number, genome, genome_hash, status, score, params, macs FROM candidates ORDER BY number',
      ),
      parents: all(
        `SELECT c.number AS child, p.number AS parent, role FROM candidate_parents
         JOIN candidates c ON c.id = candidate JOIN candidates p ON p.id = parent ORDER BY 1, 2, 3`,
      ),
      mutations: all(
        `SELECT number, kind, path, before, after FROM mutations JOIN candidates ON candidates.id = candidate
         ORDER BY number, mutations.id`,
      ),
      evaluations: all(
        `SELECT number, purpose, evaluations.rung, evaluations.seed, steps, ended, evaluations.status,
           evaluations.score, engine, device
         FROM evaluations JOIN candidates ON candidates.id = candidate
         WHERE purpose <> 'winner' ORDER BY number, evaluations.rung, evaluations.seed`,
      ),
      curves: all(
        `SELECT number, curves.name, step, value FROM curves JOIN evaluations ON evaluations.id = evaluation
         JOIN candidates ON candidates.id = candidate
         WHERE purpose <> 'winner' ORDER BY number, evaluations.seed, curves.name, step`,
      ),
    };
  } finally {
    db.close();
  }
}

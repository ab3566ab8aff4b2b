/**
 * What a search wrote into its database, without times and ids: equal for equal searches.
 */
import { Sqlite } from '../src/store/sqlite.js';

/** The rows of each query by its name. */
function rowsOf(path: string, queries: Readonly<Record<string, string>>): Record<string, unknown[]> {
  const db = new Sqlite(path, { readonly: true });
  try {
    return Object.fromEntries(Object.entries(queries).map(([name, sql]) => [name, db.prepare(sql).all()]));
  } finally {
    db.close();
  }
}

/** The choice of winners, their repetitions, and all probes: they depend on how far a search was taken. */
export function winnerTables(path: string): Record<string, unknown[]> {
  return rowsOf(path, {
    winners: `SELECT chosen_from, place, number FROM winners JOIN candidates ON candidates.id = candidate
         ORDER BY chosen_from, place`,
    evaluations: `SELECT number, evaluations.seed, steps, evaluations.score, artifact
         FROM evaluations JOIN candidates ON candidates.id = candidate
         WHERE purpose = 'winner' ORDER BY number, evaluations.seed`,
    probes: `SELECT number, evaluations.seed, name, value, low, high FROM probes
         JOIN evaluations ON evaluations.id = evaluation JOIN candidates ON candidates.id = candidate
         ORDER BY number, evaluations.seed, name`,
  });
}

/** Everything that a search decided and found out, without times and ids: what must not depend on the workers. */
export function lineageTables(path: string): Record<string, unknown[]> {
  return rowsOf(path, {
    candidates:
      'SELECT number, genome, genome_hash, status, score, params, macs FROM candidates ORDER BY number',
    parents: `SELECT c.number AS child, p.number AS parent, role FROM candidate_parents
         JOIN candidates c ON c.id = candidate JOIN candidates p ON p.id = parent ORDER BY 1, 2, 3`,
    mutations: `SELECT number, kind, path, before, after FROM mutations JOIN candidates ON candidates.id = candidate
         ORDER BY number, mutations.id`,
    evaluations: `SELECT number, purpose, evaluations.rung, evaluations.seed, steps, ended, evaluations.status,
           evaluations.score, engine, device
         FROM evaluations JOIN candidates ON candidates.id = candidate
         WHERE purpose <> 'winner' ORDER BY number, evaluations.rung, evaluations.seed`,
    curves: `SELECT number, curves.name, step, value FROM curves JOIN evaluations ON evaluations.id = evaluation
         JOIN candidates ON candidates.id = candidate
         WHERE purpose <> 'winner' ORDER BY number, evaluations.seed, curves.name, step`,
  });
}

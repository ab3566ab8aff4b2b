/**
 * The tables `candidates`, `candidate_parents` and `mutations`: the log of decisions.
 */
import { UserError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { canonicalJson, type Json } from '../core/json.js';
import type { CandidateStatus, Genome, Mutation, Parent } from '../core/records.js';
import type { Store } from './open.js';

export interface NewCandidate {
  readonly number: number;
  readonly genome: Genome;
  readonly parents: readonly Parent[];
  readonly mutations: readonly Mutation[];
  /** The fidelity at which it is evaluated: 0 is the lowest. */
  readonly rung: number;
  /** Parameters and multiply-accumulates of the encoder; null where unknown. */
  readonly params: number | null;
  readonly macs: number | null;
  /** Predicted milliseconds of one inference of the encoder; absent or null where the search does not limit them. */
  readonly latency?: number | null;
}

export interface Candidate {
  readonly id: number;
  readonly number: number;
  readonly genome: Genome;
  readonly genomeHash: string;
  /** The fidelity at which it is evaluated: 0 is the lowest. */
  readonly rung: number;
  readonly status: CandidateStatus;
  readonly score: number | null;
  readonly params: number | null;
  readonly macs: number | null;
  readonly latency: number | null;
}

/** More candidates than an experiment has, and more mutations than a candidate has. */
const CANDIDATES = 2 ** 31;
const MUTATIONS = 2 ** 8;

/**
 * Ids follow from numbers, not from the order of decisions, so that equal searches have equal tables. Null, which makes
 * SQLite choose, where an earlier version gave one of `count` such ids to another.
 */
function idFrom(store: Store, table: 'candidates' | 'mutations', first: number, count = 1): number | null {
  const taken = store.statement(`SELECT 1 FROM ${table} WHERE id >= ? AND id < ?`).get(first, first + count);
  return taken === undefined ? first : null;
}

/** Commits a decision; the candidate is pending. Returns its id. */
export function insertCandidate(store: Store, experiment: number, candidate: NewCandidate): number {
  const { number, genome, parents, mutations, rung, params, macs, latency = null } = candidate;
  return store.transaction(() => {
    const own = idFrom(store, 'candidates', (experiment - 1) * CANDIDATES + number + 1);
    const { lastInsertRowid } = store
      .statement(
        `INSERT INTO candidates (id, experiment, number, genome, genome_hash, status, rung, params, macs, latency)
         VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?)`,
      )
      .run(own, experiment, number, canonicalJson(genome), hashJson(genome), rung, params, macs, latency);
    const id = Number(lastInsertRowid);
    for (const parent of parents) {
      store
        .statement(
          `INSERT INTO candidate_parents (candidate, parent, role)
           VALUES (?, (SELECT id FROM candidates WHERE experiment = ? AND number = ?), ?)`,
        )
        .run(id, experiment, parent.number, parent.role);
    }
    const first = idFrom(store, 'mutations', id * MUTATIONS, MUTATIONS);
    for (const [i, { kind, path, before, after }] of mutations.entries()) {
      store
        .statement(
          'INSERT INTO mutations (id, candidate, kind, path, before, after) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(first === null ? null : first + i, id, kind, path, canonicalJson(before), canonicalJson(after));
    }
    return id;
  });
}

/** Moves a candidate between `pending` and `running`; a finished one stays as it is. */
export function setRunning(store: Store, id: number, running: boolean): void {
  store
    .statement(`UPDATE candidates SET status = ? WHERE id = ? AND status IN ('pending', 'running')`)
    .run(running ? 'running' : 'pending', id);
}

const SELECT = `
  SELECT id, number, genome, genome_hash AS genomeHash, rung, status, score, params, macs, latency
  FROM candidates`;

type Row = Omit<Candidate, 'genome'> & { readonly genome: string };

/** All candidates of an experiment in the order of their numbers. */
export function listCandidates(store: Store, experiment: number): readonly Candidate[] {
  const rows = store.statement(`${SELECT} WHERE experiment = ? ORDER BY number`).all(experiment) as Row[];
  return rows.map((row) => candidateOf(store, row));
}

/** The candidates numbered below `end`, in the order of their numbers. */
export function candidatesBelow(store: Store, experiment: number, end: number): readonly Candidate[] {
  const rows = store
    .statement(`${SELECT} WHERE experiment = ? AND number < ? ORDER BY number`)
    .all(experiment, end) as Row[];
  return rows.map((row) => candidateOf(store, row));
}

export function findCandidate(store: Store, experiment: number, number: number): Candidate | undefined {
  const row = store.statement(`${SELECT} WHERE experiment = ? AND number = ?`).get(experiment, number) as
    Row | undefined;
  return row === undefined ? undefined : candidateOf(store, row);
}

/** The candidates done with the highest scores at the highest rungs, the lowest number first among equals. */
export function bestCandidates(store: Store, experiment: number, count: number): readonly Candidate[] {
  const rows = store
    .statement(
      `${SELECT} WHERE experiment = ? AND status = 'done' ORDER BY rung DESC, score DESC, number LIMIT ?`,
    )
    .all(experiment, count) as Row[];
  return rows.map((row) => candidateOf(store, row));
}

/** In the order of their numbers. */
export function parentsOf(store: Store, id: number): readonly Parent[] {
  return store
    .statement(
      `SELECT parents.number, role FROM candidate_parents
       JOIN candidates AS parents ON parents.id = parent WHERE candidate = ? ORDER BY parents.number, role`,
    )
    .all(id) as Parent[];
}

/** Ids of the candidates that were promoted from others. */
export function promotedOf(store: Store, experiment: number): ReadonlySet<number> {
  const ids = store
    .statement(
      `SELECT candidate FROM candidate_parents JOIN candidates ON candidates.id = candidate
       WHERE role = 'promotion' AND experiment = ?`,
    )
    .pluck()
    .all(experiment) as number[];
  return new Set(ids);
}

/** A mutation as it stands in the table: `before` and `after` as JSON text. */
export interface MutationRow {
  readonly kind: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** In the order in which they were applied. */
export function mutationRowsOf(store: Store, id: number): readonly MutationRow[] {
  return store
    .statement('SELECT kind, path, before, after FROM mutations WHERE candidate = ? ORDER BY id')
    .all(id) as MutationRow[];
}

/** In the order in which they were applied. */
export function mutationsOf(
  store: Store,
  { id, number }: Pick<Candidate, 'id' | 'number'>,
): readonly Mutation[] {
  const parse = (text: string): Json => parseStored(store, `a mutation of candidate ${number}`, text);
  return mutationRowsOf(store, id).map(({ kind, path, before, after }) => ({
    kind,
    path,
    before: parse(before),
    after: parse(after),
  }));
}

function candidateOf(store: Store, row: Row): Candidate {
  return { ...row, genome: parseStored(store, `the genome of candidate ${row.number}`, row.genome) };
}

function parseStored(store: Store, what: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new UserError(
      {
        subject: store.path,
        problem: `${what} was altered: it is not JSON`,
        fix: 'restore the database from a copy',
      },
      { cause: error },
    );
  }
}

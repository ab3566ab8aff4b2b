/**
 * Flat reads of a whole experiment, row by row as arrays: for pages that show 100,000 candidates, of which objects would weigh
 * too much. Each names its columns by a tuple, in the order of the query's.
 */
import type { CandidateStatus, Purpose } from '../../core/records.js';
import type { Store } from '../open.js';

export type CandidateTuple = readonly [
  number: number,
  rung: number,
  status: CandidateStatus,
  score: number | null,
  params: number | null,
  macs: number | null,
  latency: number | null,
  /** Of its evaluation in the search. */
  seconds: number | null,
  /** Canonical JSON. */
  genome: string,
];

/** Candidates in the order of their numbers. */
export function candidateTuples(store: Store, experiment: number): Iterable<CandidateTuple> {
  return rows(
    store,
    `SELECT number, candidates.rung, candidates.status, candidates.score, params, macs, latency, seconds, genome
     FROM candidates LEFT JOIN evaluations ON candidate = candidates.id AND purpose = 'search'
     WHERE experiment = ? ORDER BY number`,
    experiment,
  );
}

export type LineageTuple = readonly [
  id: number,
  number: number,
  rung: number,
  score: number | null,
  /** Number of the candidate that it was mutated or promoted from; null: a founder. */
  parent: number | null,
  role: string | null,
  parentRung: number | null,
  parentScore: number | null,
  /** Number of the second parent of a crossover. */
  other: number | null,
];

/** Candidates with their parents, in the order of their numbers. */
export function lineageTuples(store: Store, experiment: number): Iterable<LineageTuple> {
  return rows(
    store,
    `SELECT own.id, own.number, own.rung, own.score, parents.number, edge.role, parents.rung, parents.score,
       (SELECT number FROM candidate_parents AS second JOIN candidates ON candidates.id = second.parent
        WHERE second.candidate = own.id AND second.role = 'crossover')
     FROM candidates AS own
     LEFT JOIN candidate_parents AS edge ON edge.candidate = own.id AND edge.role IN ('parent', 'promotion')
     LEFT JOIN candidates AS parents ON parents.id = edge.parent
     WHERE own.experiment = ? ORDER BY own.number`,
    experiment,
  );
}

export type MutationTuple = readonly [candidate: number, kind: string, path: string];

/** Mutations of those candidates that have one alone, by the candidates' ids. */
export function soleMutations(store: Store, experiment: number): Iterable<MutationTuple> {
  return rows(
    store,
    `SELECT candidate, min(kind), min(path) FROM mutations
     WHERE candidate IN (SELECT id FROM candidates WHERE experiment = ?)
     GROUP BY candidate HAVING count(*) = 1`,
    experiment,
  );
}

export type GeneTuple = readonly [score: number, genome: string];

/** Scores and genomes (canonical JSON) of the candidates with a score at the highest rung reached, in the order of numbers. */
export function scoredGenomes(store: Store, experiment: number): Iterable<GeneTuple> {
  return rows(
    store,
    `SELECT score, genome FROM candidates
     WHERE experiment = @experiment AND score IS NOT NULL AND rung =
       (SELECT max(rung) FROM candidates WHERE experiment = @experiment AND score IS NOT NULL)
     ORDER BY number`,
    { experiment },
  );
}

/** An evaluation that was computed, by when its outcome was committed. */
export type FinishedTuple = readonly [
  number: number,
  purpose: Purpose,
  /** ISO 8601, UTC; null in databases from before it was kept. */
  finishedAt: string | null,
  seconds: number,
  steps: number,
  worker: string | null,
  processorClass: string | null,
  /** 0: nothing was computed, since the candidate cannot be trained. */
  attempts: number,
];

/** The last evaluations that were committed, the newest first. */
export function lastEvaluations(store: Store, experiment: number, count: number): readonly FinishedTuple[] {
  return rows<FinishedTuple>(
    store,
    // Along the ids of evaluations, which ascend as they are committed, to the last that is asked for.
    `SELECT number, purpose, finished_at, seconds, steps, worker, processor_class, attempts
     FROM evaluations CROSS JOIN candidates ON candidates.id = candidate
     WHERE experiment = @experiment ORDER BY evaluations.id DESC LIMIT @count`,
    { experiment, count },
  );
}

function rows<Row extends readonly unknown[]>(
  store: Store,
  sql: string,
  parameters: number | Readonly<Record<string, number>>,
): readonly Row[] {
  return store.statement(sql).raw().all(parameters) as unknown as readonly Row[];
}

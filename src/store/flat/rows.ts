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

/** Candidates in the order of their numbers: all, or those of `numbers`. */
export function candidateTuples(
  store: Store,
  experiment: number,
  numbers: readonly number[] | null = null,
): readonly CandidateTuple[] {
  return rows(
    store,
    `SELECT number, candidates.rung, candidates.status, candidates.score, params, macs, latency, seconds, genome
     FROM candidates LEFT JOIN evaluations ON candidate = candidates.id AND purpose = 'search'
     WHERE experiment = @experiment ${numbers === null ? '' : AMONG} ORDER BY number`,
    numbers === null ? { experiment } : { experiment, numbers: JSON.stringify(numbers) },
  );
}

const AMONG = 'AND number IN (SELECT value FROM json_each(@numbers))';

export type LineageTuple = readonly [
  number: number,
  rung: number,
  status: CandidateStatus,
  score: number | null,
  /** Number of the candidate that it was mutated or promoted from; null: a founder. */
  parent: number | null,
  role: string | null,
  /** Number of the second parent of a crossover. */
  other: number | null,
];

/** Rows of a lineage to read: those from number `from` on, and those of `numbers`. */
export interface LineagePart {
  readonly from: number;
  readonly numbers: readonly number[];
}

const PART = `own.experiment = @experiment AND own.number IN (
  SELECT number FROM candidates WHERE experiment = @experiment AND number >= @from
  UNION ALL SELECT value FROM json_each(@numbers))`;

/** Candidates with their parents, in the order of their numbers. */
export function lineageTuples(
  store: Store,
  experiment: number,
  { from, numbers }: LineagePart,
): readonly LineageTuple[] {
  return rows(
    store,
    `SELECT own.number, own.rung, own.status, own.score, parents.number, edge.role,
       (SELECT number FROM candidate_parents AS second JOIN candidates ON candidates.id = second.parent
        WHERE second.candidate = own.id AND second.role = 'crossover')
     FROM candidates AS own
     LEFT JOIN candidate_parents AS edge ON edge.candidate = own.id AND edge.role IN ('parent', 'promotion')
     LEFT JOIN candidates AS parents ON parents.id = edge.parent
     WHERE ${PART} ORDER BY own.number`,
    { experiment, from, numbers: JSON.stringify(numbers) },
  );
}

export type MutationTuple = readonly [number: number, kind: string, path: string];

/** Mutations of those candidates that have one alone, by the candidates' numbers. */
export function soleMutations(
  store: Store,
  experiment: number,
  { from, numbers }: LineagePart,
): readonly MutationTuple[] {
  return rows(
    store,
    `SELECT own.number, min(kind), min(path) FROM candidates AS own JOIN mutations ON mutations.candidate = own.id
     WHERE ${PART} GROUP BY own.id HAVING count(*) = 1`,
    { experiment, from, numbers: JSON.stringify(numbers) },
  );
}

export type GeneTuple = readonly [score: number, genome: string];

/** Scores and genomes (canonical JSON) of the candidates with a score at the highest rung reached, in the order of numbers. */
export function scoredGenomes(store: Store, experiment: number): readonly GeneTuple[] {
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

/** Seconds of all evaluations, over all workers. */
export function secondsSpent(store: Store, experiment: number): number {
  return store
    .statement(
      `SELECT coalesce(sum(seconds), 0) FROM evaluations JOIN candidates ON candidates.id = candidate
       WHERE experiment = ?`,
    )
    .pluck()
    .get(experiment) as number;
}

/** Numbers of candidates without a result, ascending. */
export interface OpenNumbers {
  /** Decided and not finished. */
  readonly unfinished: readonly number[];
  /** Those of them that are being evaluated. */
  readonly running: readonly number[];
  /** Not decided, up to as many numbers after the last that is decided as the search looks ahead. */
  readonly undecided: readonly number[];
}

export function openNumbers(store: Store, experiment: number): OpenNumbers {
  const open = rows<readonly [number: number, status: CandidateStatus]>(
    store,
    `SELECT number, status FROM candidates WHERE experiment = @experiment AND status IN ('pending', 'running')
     ORDER BY number`,
    { experiment },
  );
  const [[count = 0, last = -1, lookahead = 0] = []] = rows<readonly number[]>(
    store,
    `SELECT count(*), coalesce(max(number), -1), (SELECT lookahead FROM experiments WHERE id = @experiment)
     FROM candidates WHERE experiment = @experiment`,
    { experiment },
  );
  const gaps = count === last + 1 ? [] : gapsUpTo(store, experiment, last);
  const ahead = Array.from({ length: lookahead }, (_, i) => last + 1 + i);
  return {
    unfinished: open.map(([number]) => number),
    running: open.filter(([, status]) => status === 'running').map(([number]) => number),
    undecided: [...gaps, ...ahead],
  };
}

/** Numbers below the last that are not decided: those that wait for another, while later ones went ahead. */
function gapsUpTo(store: Store, experiment: number, last: number): readonly number[] {
  const decided = new Set(
    rows<readonly [number]>(store, 'SELECT number FROM candidates WHERE experiment = @experiment', {
      experiment,
    }).map(([number]) => number),
  );
  return Array.from({ length: last }, (_, number) => number).filter((number) => !decided.has(number));
}

function rows<Row extends readonly unknown[]>(
  store: Store,
  sql: string,
  parameters: Readonly<Record<string, number | string>>,
): readonly Row[] {
  return store.statement(sql).raw().all(parameters) as unknown as readonly Row[];
}

/**
 * Flat reads of a whole experiment, row by row as arrays: for pages that show 100,000 candidates, of which objects would weigh
 * too much. Each names its columns by a tuple, in the order of the query's.
 */
import type { CandidateStatus, Purpose } from '../../core/records.js';
import type { Store } from '../open.js';
import { partOf } from './parts.js';
import { CHUNK, rows } from './raw.js';

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

/** Candidates in the order of their numbers: all, chunk by chunk, or those of `numbers`. */
export function candidateTuples(
  store: Store,
  experiment: number,
  numbers: readonly number[] | null = null,
): Iterable<CandidateTuple> {
  const select = `SELECT number, own.rung, own.status, own.score, params, macs, latency, seconds, genome
     FROM candidates AS own LEFT JOIN evaluations ON candidate = own.id AND purpose = 'search' WHERE`;
  const part = numbers === null ? { from: 0, numbers: [] } : { from: Infinity, numbers };
  return partOf(store, { select }, experiment, part);
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

export type EvaluationTuple = readonly [
  id: number,
  experiment: number,
  purpose: Purpose,
  seconds: number,
  steps: number,
  /** 1 where its features were probed. */
  probed: 0 | 1,
];

/** Evaluations of all experiments with an id above `last`, in ascending order. */
export function* evaluationTuples(store: Store, last: number): Generator<EvaluationTuple> {
  for (let after = last; ;) {
    const read = rows<EvaluationTuple>(
      store,
      `SELECT evaluations.id, experiment, purpose, seconds, steps,
         EXISTS (SELECT 1 FROM probes WHERE evaluation = evaluations.id AND name = 'ridge')
       FROM evaluations CROSS JOIN candidates ON candidates.id = candidate
       WHERE evaluations.id > @after ORDER BY evaluations.id LIMIT ${CHUNK}`,
      { after },
    );
    yield* read;
    if (read.length < CHUNK) return;
    after = read.at(-1)?.[0] ?? after;
  }
}

/** Evaluations of all experiments. */
export function evaluationCount(store: Store): number {
  return store.statement('SELECT count(*) FROM evaluations').pluck().get() as number;
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
    // The sign keeps SQLite from reading all in the order of numbers instead of the few along the index by status.
    `SELECT number, status FROM candidates WHERE experiment = @experiment AND status IN ('pending', 'running')
     ORDER BY +number`,
    { experiment },
  );
  // Asked apart, each of them is found along an index.
  const [[count = 0, last = -1, lookahead = 0] = []] = rows<readonly number[]>(
    store,
    `SELECT (SELECT count(*) FROM candidates WHERE experiment = @experiment),
       (SELECT coalesce(max(number), -1) FROM candidates WHERE experiment = @experiment),
       (SELECT lookahead FROM experiments WHERE id = @experiment)`,
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

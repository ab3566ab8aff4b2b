/**
 * Summary and ancestry of candidates, read in few indexed queries.
 */
import type { CandidateStatus, Mutation } from '../core/records.js';
import { medianOf } from '../core/statistics/quantiles.js';
import { mutationsOf } from './candidates.js';
import type { Store } from './open.js';

export interface Summary {
  /** Candidates by status, and all of them. */
  readonly candidates: Readonly<Record<CandidateStatus | 'total', number>>;
  /** The candidate with the highest score at the highest rung; null before the first. */
  readonly best: { readonly number: number; readonly score: number; readonly rung: number } | null;
  /** The median score of candidates 0 to 9 that have one; null where none has. */
  readonly medianOfFirstTen: number | null;
  /** Candidates done although they diverged. */
  readonly diverged: number;
}

export function summarise(store: Store, experiment: number): Summary {
  return store.snapshot(() => readSummary(store, experiment));
}

function readSummary(store: Store, experiment: number): Summary {
  const counts = { pending: 0, running: 0, done: 0, failed: 0, infeasible: 0, total: 0 };
  const rows = store
    .statement('SELECT status, count(*) AS count FROM candidates WHERE experiment = ? GROUP BY status')
    .all(experiment) as { readonly status: CandidateStatus; readonly count: number }[];
  for (const { status, count } of rows) {
    counts[status] = count;
    counts.total += count;
  }
  const best = store
    .statement(
      `SELECT number, score, rung FROM candidates WHERE experiment = ? AND status = 'done'
       ORDER BY rung DESC, score DESC, number LIMIT 1`,
    )
    .get(experiment) as NonNullable<Summary['best']> | undefined;
  const firstTen = store
    .statement('SELECT score FROM candidates WHERE experiment = ? AND number < 10 AND score IS NOT NULL')
    .pluck()
    .all(experiment) as number[];
  const diverged = store
    .statement(
      `SELECT count(*) FROM evaluations JOIN candidates ON candidates.id = candidate
       WHERE experiment = ? AND evaluations.status = 'diverged'`,
    )
    .pluck()
    .get(experiment) as number;
  return {
    candidates: counts,
    best: best ?? null,
    medianOfFirstTen: firstTen.length === 0 ? null : medianOf(firstTen),
    diverged,
  };
}

export interface Ancestor {
  readonly number: number;
  readonly status: CandidateStatus;
  readonly score: number | null;
  /** The fidelity at which it was evaluated. */
  readonly rung: number;
  /** Predicted milliseconds of one inference; null where the search does not limit them. */
  readonly latency: number | null;
  /** Number of the parent that it was mutated or promoted from; null for a founder. */
  readonly parent: number | null;
  /** Changes from that parent, in order. */
  readonly mutations: readonly Mutation[];
  /** Its score less the parent's; null where one of them has none. */
  readonly gain: number | null;
}

interface Step {
  readonly id: number;
  readonly number: number;
  readonly status: CandidateStatus;
  readonly score: number | null;
  readonly rung: number;
  readonly latency: number | null;
  readonly parent: number | null;
}

/** The line from its founder to a candidate, eldest first; empty where there is no such candidate. */
export function ancestry(store: Store, experiment: number, number: number): readonly Ancestor[] {
  return store.snapshot(() => readAncestry(store, experiment, number));
}

function readAncestry(store: Store, experiment: number, number: number): readonly Ancestor[] {
  const steps = store
    .statement(
      // A parent is older than its child; requiring it ends the walk also where the table was altered.
      `WITH RECURSIVE line(id, number) AS (
         SELECT id, number FROM candidates WHERE experiment = @experiment AND number = @number
         UNION ALL
         SELECT elder.id, elder.number FROM line
         JOIN candidate_parents ON candidate = line.id AND role IN ('parent', 'promotion')
         JOIN candidates AS elder ON elder.id = parent AND elder.number < line.number
       )
       SELECT own.id, own.number, own.status, own.score, own.rung, own.latency, parents.number AS parent
       FROM line
       JOIN candidates AS own ON own.id = line.id
       LEFT JOIN candidate_parents AS edge
         ON edge.candidate = own.id AND edge.role IN ('parent', 'promotion')
       LEFT JOIN candidates AS parents ON parents.id = edge.parent
       ORDER BY line.number`,
    )
    .all({ experiment, number }) as Step[];
  return steps.map(({ id, number: own, status, score, rung, latency, parent }, i) => {
    const elder = steps[i - 1]?.score ?? null;
    return {
      number: own,
      status,
      score,
      rung,
      latency,
      parent,
      mutations: mutationsOf(store, { id, number: own }),
      gain: score === null || elder === null ? null : score - elder,
    };
  });
}

/** Numbers of the line from its founder to a candidate, eldest first; empty where there is no such candidate. */
export function ancestorNumbers(store: Store, experiment: number, number: number): readonly number[] {
  return store
    .statement(
      // As above, a parent is older than its child.
      `WITH RECURSIVE line(id, number) AS (
         SELECT id, number FROM candidates WHERE experiment = ? AND number = ?
         UNION ALL
         SELECT elder.id, elder.number FROM line
         JOIN candidate_parents ON candidate = line.id AND role IN ('parent', 'promotion')
         JOIN candidates AS elder ON elder.id = parent AND elder.number < line.number
       )
       SELECT number FROM line ORDER BY number`,
    )
    .pluck()
    .all(experiment, number) as number[];
}

/** Numbers of the candidates that were mutated, crossed or promoted from this one, ascending. */
export function childrenOf(store: Store, candidate: number): readonly number[] {
  return store
    .statement(
      `SELECT DISTINCT number FROM candidate_parents JOIN candidates ON candidates.id = candidate
       WHERE parent = ? ORDER BY number`,
    )
    .pluck()
    .all(candidate) as number[];
}

/** Score and costs of every candidate done at the highest rung reached, in the order of numbers. */
export function costsOfDone(
  store: Store,
  experiment: number,
): readonly {
  readonly number: number;
  readonly score: number;
  readonly params: number | null;
  readonly macs: number | null;
}[] {
  return store
    .statement(
      `SELECT number, score, params, macs FROM candidates
       WHERE experiment = @experiment AND status = 'done' AND rung = (
         SELECT max(rung) FROM candidates WHERE experiment = @experiment AND status = 'done')
       ORDER BY number`,
    )
    .all({ experiment }) as ReturnType<typeof costsOfDone>;
}

/** Training steps of all candidates within the search. */
export function searchSteps(store: Store, experiment: number): number {
  return store
    .statement(
      `SELECT coalesce(sum(steps), 0) FROM evaluations JOIN candidates ON candidates.id = candidate
       WHERE purpose = 'search' AND experiment = ?`,
    )
    .pluck()
    .get(experiment) as number;
}

/**
 * Flat reads of some candidates of an experiment, chunk by chunk: for what is kept of them and extended by new ones.
 */
import { WORST_GROUP, type CandidateStatus } from '../../core/records.js';
import type { Store } from '../open.js';
import { CHUNK, rows } from './raw.js';

/** Candidates to read: those of `numbers`, and those from number `from` on, none where it is infinite. */
export interface CandidatePart {
  readonly from: number;
  readonly numbers: readonly number[];
}

/**
 * Those of `numbers` first, each in ascending order. `select` ends where a condition on the candidates called `own`
 * follows, and gives their number first; `tail` follows the condition.
 */
export function* partOf<Row extends readonly [number, ...unknown[]]>(
  store: Store,
  { select, tail = '' }: { readonly select: string; readonly tail?: string },
  experiment: number,
  { from, numbers }: CandidatePart,
): Generator<Row> {
  const given = `own.experiment = @experiment AND own.number IN (SELECT value FROM json_each(@numbers))`;
  const order = `${tail} ORDER BY own.number`;
  if (numbers.length > 0)
    yield* rows<Row>(store, `${select} ${given} ${order}`, { experiment, numbers: JSON.stringify(numbers) });
  const chunk = `own.experiment = @experiment AND own.number >= @at`;
  for (let at = from; ;) {
    const read = rows<Row>(store, `${select} ${chunk} ${order} LIMIT ${CHUNK}`, { experiment, at });
    yield* read;
    const last = read.at(-1);
    if (last === undefined || read.length < CHUNK) return;
    at = last[0] + 1;
  }
}

/** Candidates that have a result. */
export function finishedCount(store: Store, experiment: number): number {
  return store
    .statement(
      `SELECT (SELECT count(*) FROM candidates WHERE experiment = @experiment) -
         (SELECT count(*) FROM candidates WHERE experiment = @experiment AND status IN ('pending', 'running'))`,
    )
    .pluck()
    .get({ experiment }) as number;
}

/** Candidates with their status alone. */
export function statusTuples(
  store: Store,
  experiment: number,
  part: CandidatePart,
): Iterable<readonly [number: number, status: CandidateStatus]> {
  return partOf(store, { select: 'SELECT number, status FROM candidates AS own WHERE' }, experiment, part);
}

export type LineageTuple = readonly [
  number: number,
  status: CandidateStatus,
  rung: number,
  score: number | null,
  /** Number of the candidate that it was mutated or promoted from; null: a founder. */
  parent: number | null,
  role: string | null,
  /** Number of the second parent of a crossover. */
  other: number | null,
];

/** Candidates with their parents. */
export function lineageTuples(store: Store, experiment: number, part: CandidatePart): Iterable<LineageTuple> {
  const select = `SELECT own.number, own.status, own.rung, own.score, parents.number, edge.role,
       (SELECT number FROM candidate_parents AS second JOIN candidates ON candidates.id = second.parent
        WHERE second.candidate = own.id AND second.role = 'crossover')
     FROM candidates AS own
     LEFT JOIN candidate_parents AS edge ON edge.candidate = own.id AND edge.role IN ('parent', 'promotion')
     LEFT JOIN candidates AS parents ON parents.id = edge.parent
     WHERE`;
  return partOf(store, { select }, experiment, part);
}

export type MutationTuple = readonly [number: number, kind: string, path: string];

/** Mutations of those candidates that have one alone, by the candidates' numbers. */
export function soleMutations(
  store: Store,
  experiment: number,
  part: CandidatePart,
): Iterable<MutationTuple> {
  const select = `SELECT own.number, min(kind), min(path)
     FROM candidates AS own JOIN mutations ON mutations.candidate = own.id WHERE`;
  return partOf(store, { select, tail: 'GROUP BY own.number HAVING count(*) = 1' }, experiment, part);
}

export type GenomeTuple = readonly [
  number: number,
  status: CandidateStatus,
  rung: number,
  score: number | null,
  /** Canonical JSON. */
  genome: string,
];

export type WeighedTuple = readonly [
  number: number,
  status: CandidateStatus,
  rung: number,
  score: number | null,
  params: number | null,
  macs: number | null,
  /** Metric of the group that is worst off; null where none was measured or asked for. */
  worstGroup: number | null,
];

/** What reads candidates with what a search may weigh. `ofGroups`: also how the groups fare. */
export function weighedTuples(ofGroups: boolean) {
  const group = `(SELECT value FROM evaluations JOIN probes ON evaluation = evaluations.id AND name = '${WORST_GROUP}'
    WHERE candidate = own.id AND purpose = 'search')`;
  const select = `SELECT number, status, rung, score, params, macs, ${ofGroups ? group : 'NULL'}
    FROM candidates AS own WHERE`;
  return (store: Store, experiment: number, part: CandidatePart): Iterable<WeighedTuple> =>
    partOf(store, { select }, experiment, part);
}

export type TrainedTuple = readonly [
  number: number,
  status: CandidateStatus,
  rung: number,
  /** Hash of the genome. */
  genome: string,
  /** Of a training from fresh weights that did not diverge; null where there was none. */
  score: number | null,
];

/** Candidates with what their genomes scored without a parent's weights. */
export function trainedTuples(store: Store, experiment: number, part: CandidatePart): Iterable<TrainedTuple> {
  const select = `SELECT number, status, rung, genome_hash,
      (SELECT score FROM evaluations WHERE candidate = own.id AND purpose = 'search' AND status = 'done'
         AND inherited IS NULL)
    FROM candidates AS own WHERE`;
  return partOf(store, { select }, experiment, part);
}

/** Candidates with their scores and genomes. */
export function genomeTuples(store: Store, experiment: number, part: CandidatePart): Iterable<GenomeTuple> {
  const select = 'SELECT number, status, rung, score, genome FROM candidates AS own WHERE';
  return partOf(store, { select }, experiment, part);
}

/**
 * The contract of a search strategy: ask and tell.
 *
 * A strategy knows genomes and scores, nothing of scans, networks or time. Contract:
 * - `tell` is called once for every candidate, in the order of their numbers, without gaps.
 * - When `ask(i)` is called, exactly the candidates numbered ≤ i − lookahead have been told.
 * - All randomness comes from the generator that `ask` is handed; so a replayed log gives the same proposals.
 * - `ask` leaves the strategy as it was: it rests on what was told, not on what was asked before.
 * - `tell` must accept a result without a score (failed or infeasible) and treat it as worse than any score.
 * - Scores are maximised; they are finite.
 * - Where a strategy has `rungs`, a number is one evaluation at one of them. A promotion evaluates an earlier
 *   candidate's genome again, with more training; it is a candidate of its own, whose parent it names.
 */
import type { Json } from '../core/json.js';
import type { Rng } from '../core/random.js';

export type Genome = Json;

export interface Mutation {
  /** What was done: the gene type's or the space's operator, such as `resample`, `step`, `insert`, `remove`. */
  readonly kind: string;
  /** Where in the genome, as a JSON pointer (RFC 6901). */
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
}

export interface Parent {
  readonly number: number;
  /** `parent`: mutated from it; `crossover`: holds parts of it; `promotion`: the same genome, trained for longer. */
  readonly role: 'parent' | 'crossover' | 'promotion';
}

export interface Proposal {
  readonly genome: Genome;
  readonly parents: readonly Parent[];
  readonly mutations: readonly Mutation[];
  /** The fidelity at which to evaluate: an index into the strategy's `rungs`; absent: 0. */
  readonly rung?: number;
}

export interface Result {
  readonly number: number;
  readonly genome: Genome;
  readonly status: 'done' | 'failed' | 'infeasible';
  /** The objective, to be maximised; null where there is none. */
  readonly score: number | null;
  /** Everything that the search weighs, all maximised and finite; absent where that is the score alone. */
  readonly objectives?: readonly number[];
}

export interface Strategy {
  readonly name: string;
  /** By rung, the share of the full training in (0, 1], ascending to 1; absent where all train in full. */
  readonly rungs?: readonly number[];
  ask(number: number, rng: Rng): Proposal;
  tell(result: Result): void;
}

/** What a strategy may do with a space: nothing but draw, change and describe genomes. */
export interface GenomeSpace {
  sample(rng: Rng): Genome;
  mutate(genome: Genome, rng: Rng): { readonly genome: Genome; readonly mutations: readonly Mutation[] };
  /** A genome made of parts of both. */
  cross(a: Genome, b: Genome, rng: Rng): Genome;
  /** Numbers in [0, 1], equally many for every genome, in which alike genomes are near. */
  encode(genome: Genome): readonly number[];
  hash(genome: Genome): string;
}

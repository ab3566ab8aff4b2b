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
  readonly role: 'parent' | 'crossover';
}

export interface Proposal {
  readonly genome: Genome;
  readonly parents: readonly Parent[];
  readonly mutations: readonly Mutation[];
}

export interface Result {
  readonly number: number;
  readonly genome: Genome;
  readonly status: 'done' | 'failed' | 'infeasible';
  /** The objective, to be maximised; null where there is none. */
  readonly score: number | null;
}

export interface Strategy {
  readonly name: string;
  ask(number: number, rng: Rng): Proposal;
  tell(result: Result): void;
}

/** What a strategy may do with a space: nothing but draw and change genomes. */
export interface GenomeSpace {
  sample(rng: Rng): Genome;
  mutate(genome: Genome, rng: Rng): { readonly genome: Genome; readonly mutations: readonly Mutation[] };
  hash(genome: Genome): string;
}

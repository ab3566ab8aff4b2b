/**
 * The contract of a search strategy: ask and tell.
 *
 * A strategy knows genomes and scores, nothing of scans, networks or time. There are two kinds:
 * - A `sequential` one is told every result, in the order of numbers, without gaps. When `ask(i)` is called, exactly the
 *   candidates numbered ≤ i − lookahead have been told.
 * - A `selective` one names the results that a decision rests on, is handed those and told nothing. So a candidate that
 *   takes long holds up those that rest on it, and nobody else.
 *
 * For both:
 * - All randomness comes from the generator that is handed in; so a replayed log gives the same proposals.
 * - `ask` leaves the strategy as it was: it rests on what was told or handed in, not on what was asked before.
 * - A result without a score (failed or infeasible) is worse than any score.
 * - Scores are maximised; they are finite.
 * - Where a strategy has `rungs`, a number is one evaluation at one of them. A promotion evaluates an earlier
 *   candidate's genome again, with more training; it is a candidate of its own, whose parent it names.
 */
import { present } from '../core/errors.js';
import type { Rng } from '../core/random.js';
import type { Genome, Mutation, Parent } from '../core/records.js';

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

export type Strategy = SequentialStrategy | SelectiveStrategy;

interface AnyStrategy {
  readonly name: string;
  /** By rung, the share of the full training in (0, 1], ascending to 1; absent where all train in full. */
  readonly rungs?: readonly number[];
}

/** A strategy that is told every result. */
export interface SequentialStrategy extends AnyStrategy {
  readonly kind: 'sequential';
  ask(number: number, rng: Rng): Proposal;
  tell(result: Result): void;
}

/** A strategy that names the results that each decision rests on. */
export interface SelectiveStrategy extends AnyStrategy {
  readonly kind: 'selective';
  /**
   * The candidates, each ≤ number − lookahead, whose results the decision on `number` rests on. It follows from number
   * and generator alone, so that it is known before any result.
   */
  needs(number: number, rng: Rng): readonly number[];
  /** `needed`: the results of those that `needs` names, in its order. */
  ask(number: number, rng: Rng, needed: readonly Result[]): Proposal;
}

/** The generator of `needs`, given that of `ask`. */
export function rngOfNeeds(rng: Rng): Rng {
  return rng.split('needs');
}

/** The same decisions by a strategy that is told every result, for those that compose with another. */
export function asSequential(strategy: Strategy): SequentialStrategy {
  if (strategy.kind === 'sequential') return strategy;
  const { name, rungs } = strategy;
  const results = new Map<number, Result>();
  return {
    kind: 'sequential',
    name,
    ...(rungs === undefined ? {} : { rungs }),
    ask: (number, rng) => {
      const needed = strategy.needs(number, rngOfNeeds(rng));
      return strategy.ask(
        number,
        rng,
        needed.map((one) => present(results.get(one), `the result of candidate ${one}`)),
      );
    },
    tell: (result) => results.set(result.number, result),
  };
}

/** Operations of a space that a strategy may use: it can draw, change and describe genomes, and nothing else. */
export interface GenomeSpace {
  sample(rng: Rng): Genome;
  mutate(genome: Genome, rng: Rng): { readonly genome: Genome; readonly mutations: readonly Mutation[] };
  /** A genome made of parts of both. */
  cross(a: Genome, b: Genome, rng: Rng): Genome;
  /** Numbers in [0, 1], equally many for every genome, in which alike genomes are near. */
  encode(genome: Genome): readonly number[];
  hash(genome: Genome): string;
}

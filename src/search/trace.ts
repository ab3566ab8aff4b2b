/**
 * Trace of a decision: what a strategy did while it decided, told to whoever derives the decision anew (the page "why").
 *
 * A trace hears and answers nothing; it draws no numbers. So a decision is the same with one and without, and a search, which
 * has none, does not pay for it.
 */
import type { Mutation } from '../core/records.js';
import type { Result } from './strategy.js';

/** A proposal that a constraint refused. */
export interface Refusal {
  /** Kinds and paths of its mutations, or `sample` or `crossover`, which have no path. */
  readonly kind: string;
  readonly path: string;
  /** In plain words. */
  readonly reason: string;
}

export interface Trace {
  /** A sentence on what was done; "it" is the candidate that is decided on. */
  say(sentence: string): void;
  /** Candidates compared for parenthood, in any order, and the number of the one that was chosen. */
  compared(members: readonly Pick<Result, 'number' | 'score'>[], chosen: number): void;
  refused(refusal: Refusal): void;
}

/** What a trace heard. */
export interface Heard {
  readonly sentences: readonly string[];
  /** Every comparison, in order. */
  readonly comparisons: readonly {
    readonly members: readonly Pick<Result, 'number' | 'score'>[];
    readonly chosen: number;
  }[];
  readonly refusals: readonly Refusal[];
}

/** A trace that keeps what it hears. */
export function listener(): Trace & { readonly heard: Heard } {
  const sentences: string[] = [];
  const comparisons: Heard['comparisons'][number][] = [];
  const refusals: Refusal[] = [];
  return {
    heard: { sentences, comparisons, refusals },
    say: (sentence) => sentences.push(sentence),
    compared: (members, chosen) => comparisons.push({ members, chosen }),
    refused: (refusal) => refusals.push(refusal),
  };
}

/** Mutations as a refusal names them. */
export function changesOf(mutations: readonly Mutation[]): Pick<Refusal, 'kind' | 'path'> {
  return {
    kind: mutations.map(({ kind }) => kind).join(', '),
    path: mutations.map(({ path }) => path).join(', '),
  };
}

/** A score in a sentence. */
export function scoreText(score: number | null): string {
  return score === null ? 'no score' : String(Number(score.toPrecision(4)));
}

/** Numbers of candidates in a sentence; of many the first. */
export function numbersText(numbers: readonly number[], most = 12): string {
  const more = numbers.length - most;
  return more > 0 ? `${numbers.slice(0, most).join(', ')} and ${more} more` : numbers.join(', ');
}

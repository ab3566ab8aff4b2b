/**
 * Who waits for whom: candidates that could be decided but for the result of another.
 *
 * What a decision rests on follows from the experiment, its seed and the number, as in the study (docs/strategies.md).
 */
import { rngOf } from '../../../core/random.js';
import { rngOfNeeds, type Strategy } from '../../../search/strategy.js';
import type { SummaryView } from '../types.js';

export interface Waiting {
  readonly strategy: Strategy;
  readonly seed: number;
  readonly lookahead: number;
  /** Candidates that there shall be. */
  readonly wanted: number;
  /** Numbers that are decided and not finished, ascending. */
  readonly unfinished: readonly number[];
  /** Numbers that are not decided, ascending, among them all up to the last that is. */
  readonly undecided: readonly number[];
  /** What is known of an unfinished candidate, in words that follow its number. */
  readonly stateOf: (number: number) => string;
}

/** Candidates that are told of at most. */
const MOST = 100;

export function stallsOf(waiting: Waiting): SummaryView['stalls'] {
  const { strategy, seed, lookahead, wanted, unfinished, undecided, stateOf } = waiting;
  const open = new Set([...unfinished, ...undecided]);
  const first = Math.min(...open);
  const needed = (number: number): number | undefined => {
    if (strategy.kind === 'sequential') return first <= number - lookahead ? first : undefined;
    return strategy.needs(number, rngOfNeeds(rngOf(seed, number, 'ask'))).find((one) => open.has(one));
  };
  return undecided
    .filter((number) => number < wanted)
    .flatMap((number) => {
      const waitsFor = needed(number);
      if (waitsFor === undefined) return [];
      return [{ number, waitsFor, reason: `candidate ${waitsFor} ${stateOf(waitsFor)}` }];
    })
    .slice(0, MOST);
}

/**
 * The order in which a strategy hears of results, which is what makes a search repeatable.
 *
 * Candidate i is asked when exactly those numbered ≤ i − lookahead have been told, in order, and draws from a
 * generator keyed by (seed, i): whoever replays the same log gets the same decision.
 */
import { present } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import type { Proposal, Result, Strategy } from '../search/strategy.js';

export interface Replay {
  /** Whether every result that the decision on `number` rests on is known. */
  canAsk(number: number): boolean;
  /** Tells what is due, then asks. Numbers must be asked in ascending order. */
  ask(number: number): Proposal;
  /** Makes a result known, in any order. */
  finished(result: Result): void;
}

export function replay(strategy: Strategy, seed: number, lookahead: number): Replay {
  const waiting = new Map<number, Result>();
  let told = 0;
  let known = 0;
  return {
    canAsk: (number) => known > number - lookahead,
    ask: (number) => {
      for (; told <= number - lookahead; told++) {
        strategy.tell(
          present(waiting.get(told), `the result of candidate ${told}, due before ${number} is asked`),
        );
        waiting.delete(told);
      }
      return strategy.ask(number, rngOf(seed, number, 'ask'));
    },
    finished: (result) => {
      waiting.set(result.number, result);
      while (waiting.has(known)) known++;
    },
  };
}

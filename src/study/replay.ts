/**
 * The order in which candidates are decided and a strategy hears of results, which makes a search repeatable.
 *
 * The decision on candidate i rests on results of candidates numbered ≤ i − lookahead, on those that the strategy needs
 * or else on all, and draws from a generator keyed by (seed, i): whoever replays the same log gets the same decision.
 */
import { present } from '../core/errors.js';
import { rngOf, type Rng } from '../core/random.js';
import {
  asSequential,
  rngOfNeeds,
  type Proposal,
  type Result,
  type SelectiveStrategy,
  type SequentialStrategy,
  type Strategy,
} from '../search/strategy.js';
import type { CurveRule } from './curve-stopping.js';

export interface Replay {
  /** True if candidates are decided in the order of their numbers. */
  readonly inOrder: boolean;
  /** The lowest number below `end` not decided yet of which the decision rests on nothing that is still missing. */
  next(end: number): number | undefined;
  /** A number whose result the decision on `number` rests on and that is not known; undefined where all are. */
  lacks(number: number): number | undefined;
  /** Decides. Where candidates are decided in order, numbers must ascend. */
  ask(number: number): Proposal;
  /** Says that a number was decided by an earlier run. */
  decided(number: number): void;
  /** Makes a result known, in any order. */
  finished(result: Result): void;
}

/**
 * The strategy as a study asks it: where trainings end by their curves, what a candidate has to reach rests on all
 * results up to number − lookahead, and so does its being decided.
 */
export function strategyOfStudy(strategy: Strategy, stopping: CurveRule | undefined): Strategy {
  return stopping === undefined ? strategy : asSequential(strategy);
}

/** A number that a log lacks although another in it, of those given in ascending order, rests on it. */
export function missingFrom(order: Replay, numbers: readonly number[]): number | undefined {
  const gap = order.inOrder ? numbers.findIndex((number, i) => number !== i) : -1;
  if (gap !== -1) return gap;
  for (const number of numbers) {
    const lacking = order.lacks(number);
    if (lacking !== undefined) return lacking;
  }
  return undefined;
}

export function replay(strategy: Strategy, seed: number, lookahead: number): Replay {
  const draws: Draws = (number) => rngOfDecision(seed, number);
  return strategy.kind === 'sequential'
    ? replayInOrder(strategy, draws, lookahead)
    : replayByNeed(strategy, draws, lookahead);
}

/** The generator that the decision on a candidate draws from. */
export function rngOfDecision(seed: number, number: number): Rng {
  return rngOf(seed, number, 'ask');
}

type Draws = (number: number) => Rng;

function replayInOrder(strategy: SequentialStrategy, draws: Draws, lookahead: number): Replay {
  /** Results that the strategy has not been told yet. */
  const untold = new Map<number, Result>();
  let heard = 0;
  let known = 0;
  let decided = 0;
  const lacks = (number: number): number | undefined => (known > number - lookahead ? undefined : known);
  return {
    inOrder: true,
    lacks,
    next: (end) => (decided < end && lacks(decided) === undefined ? decided : undefined),
    decided: (number) => (decided = number + 1),
    ask: (number) => {
      for (; heard <= number - lookahead; heard++) {
        strategy.tell(due(untold.get(heard), heard, number));
        untold.delete(heard);
      }
      decided = number + 1;
      return strategy.ask(number, draws(number));
    },
    finished: (result) => {
      untold.set(result.number, result);
      while (untold.has(known)) known++;
    },
  };
}

function replayByNeed(strategy: SelectiveStrategy, draws: Draws, lookahead: number): Replay {
  const needsOf = (number: number): readonly number[] => strategy.needs(number, rngOfNeeds(draws(number)));
  const results = new Map<number, Result>();
  let highest = -1;
  const decided = new Set<number>();
  /** Numbers below it are decided, ready, or in `lackedBy`. */
  let looked = 0;
  const ready = new Set<number>();
  /** By a result that is missing, who lacks it; one that lacks several stands under one of them. */
  const lackedBy = new Map<number, number[]>();

  const lacks = (number: number): number | undefined => needsOf(number).find((one) => !results.has(one));
  const look = (number: number): void => {
    const lacked = lacks(number);
    if (lacked === undefined) ready.add(number);
    else lackedBy.set(lacked, [...(lackedBy.get(lacked) ?? []), number]);
  };
  return {
    inOrder: false,
    lacks,
    next: (end) => {
      // Candidates further ahead may rest on results beyond the highest that is known: looking at them can wait.
      while (ready.size === 0 && looked < end && looked <= highest + lookahead) {
        if (!decided.has(looked)) look(looked);
        looked++;
      }
      const lowest = Math.min(...ready);
      return lowest < end ? lowest : undefined;
    },
    decided: (number) => decided.add(number),
    ask: (number) => {
      ready.delete(number);
      decided.add(number);
      const needed = needsOf(number).map((one) => due(results.get(one), one, number));
      return strategy.ask(number, draws(number), needed);
    },
    finished: (result) => {
      results.set(result.number, result);
      highest = Math.max(highest, result.number);
      for (const number of lackedBy.get(result.number) ?? []) look(number);
      lackedBy.delete(result.number);
    },
  };
}

function due(result: Result | undefined, needed: number, number: number): Result {
  return present(result, `the result of candidate ${needed}, due before ${number} is asked`);
}

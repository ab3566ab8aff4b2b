/**
 * Contract of a file in this folder: a strategy's name, its source, its options and how it is made.
 */
import type { ZodType } from 'zod';
import type { GenomeSpace, Strategy } from '../strategy.js';
import type { Trace } from '../trace.js';

/** Context that a strategy is made in, besides its space. */
export interface StrategyContext {
  /** The decision on candidate i rests on results of candidates numbered ≤ i − lookahead. */
  readonly lookahead: number;
  /** Makes another strategy over the same space, for those that compose with one. */
  readonly create: (choice: StrategyChoice) => Strategy;
  /** Hears what `ask` does, where a decision is derived anew to be explained; absent in a search. It must change no decision. */
  readonly trace?: Trace;
}

/** An experiment's choice of a strategy. */
export interface StrategyChoice {
  readonly name: string;
  /** Checked by the strategy's own schema; absent means its defaults. */
  readonly options?: unknown;
}

export interface StrategyMember<Options = unknown> {
  readonly name: string;
  /** Paper or page that the strategy follows. */
  readonly source: string;
  readonly options: ZodType<Options>;
  create(options: Options, space: GenomeSpace, context: StrategyContext): Strategy;
}

/** Types a strategy's options by its schema; the registry forgets them again. */
export function defineStrategy<Options>(member: StrategyMember<Options>): StrategyMember<Options> {
  return member;
}

/**
 * What a file in this folder provides: a strategy's name, its source, its options and how it is made.
 */
import type { ZodType } from 'zod';
import type { GenomeSpace, Strategy } from '../strategy.js';

export interface StrategyMember<Options = unknown> {
  readonly name: string;
  /** Paper or page that the strategy follows. */
  readonly source: string;
  readonly options: ZodType<Options>;
  create(options: Options, space: GenomeSpace): Strategy;
}

/** Types a strategy's options by its schema; the registry forgets them again. */
export function defineStrategy<Options>(member: StrategyMember<Options>): StrategyMember<Options> {
  return member;
}

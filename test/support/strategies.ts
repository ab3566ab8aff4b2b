/** A small space and results that depend on the genome alone, for tests of strategies. */
import type { Genome } from '../../src/core/records.js';
import { rngOf } from '../../src/core/random.js';
import { int, oneOf, record } from '../../src/search/genes/index.js';
import { genomeSpace } from '../../src/search/space.js';
import {
  createStrategy,
  type StrategyChoice,
  type StrategySetting,
} from '../../src/search/strategies/index.js';
import {
  asSequential,
  type Proposal,
  type Result,
  type SelectiveStrategy,
  type Strategy,
} from '../../src/search/strategy.js';

export const gene = record({ a: int(0, 30), b: int(0, 30), c: oneOf(['x', 'y', 'z']) });
export const space = genomeSpace({ name: 'plain', source: '', gene, build: () => null });

/** Higher is better; every seventh candidate fails, every eleventh is infeasible. */
export function resultOf(number: number, genome: Genome): Result {
  const { a, b } = genome as { a: number; b: number };
  if (number % 7 === 6) return { number, genome, status: 'failed', score: null };
  if (number % 11 === 10) return { number, genome, status: 'infeasible', score: null };
  return { number, genome, status: 'done', score: -Math.abs(a - 20) - Math.abs(b - 5) };
}

export function search(own: Strategy, seed: number, count: number, lookahead = 4): Proposal[] {
  const strategy = asSequential(own);
  const proposals: Proposal[] = [];
  for (let i = 0; i < count; i++) {
    const due = i - lookahead;
    const before = proposals[due];
    if (before !== undefined) strategy.tell(resultOf(due, before.genome));
    proposals.push(strategy.ask(i, rngOf(seed, i, 'ask')));
  }
  return proposals;
}

/** One that says which results it needs. */
export function selective(choice: StrategyChoice, setting: StrategySetting = {}): SelectiveStrategy {
  const strategy = createStrategy(choice, space, setting);
  if (strategy.kind !== 'selective') throw new Error(`${choice.name} is ${strategy.kind}`);
  return strategy;
}

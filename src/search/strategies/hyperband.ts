/**
 * Hyperband: successive halving in several brackets side by side, since low fidelities may mislead. The bracket
 * that starts at rung s admits its share of new genomes; the last trains all of its own in full.
 *
 * Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 2018,
 * algorithm 1; asynchronous as in halving.ts.
 */
import { halving } from './halving.js';
import { defineStrategy } from './member.js';
import { halvingOptions } from './successive-halving.js';

export const hyperband = defineStrategy({
  name: 'hyperband',
  source: 'https://arxiv.org/abs/1603.06560',
  options: halvingOptions,
  create: ({ strategy, rungs, reduction }, _space, { create, ...context }) =>
    halving(
      create(strategy),
      { name: 'hyperband', rungs, reduction, entries: entriesOf(rungs, reduction) },
      context,
    ),
});

/** One round of brackets: the rung at which each new genome enters, n of each as in the paper's line 3. */
function entriesOf(rungs: number, reduction: number): readonly number[] {
  return Array.from({ length: rungs }, (_, start) => {
    const halvings = rungs - 1 - start;
    return Array<number>(Math.ceil((rungs / (halvings + 1)) * reduction ** halvings)).fill(start);
  }).flat();
}

/**
 * A warm start: the first candidates are given genomes, such as published networks or an earlier search's best;
 * from then on the strategy decides as it would have, and has heard of them like of any others.
 */
import type { Genome } from '../../core/records.js';
import type { Proposal, SequentialStrategy, Strategy } from '../strategy.js';
import type { Trace } from '../trace.js';

export function startingWith(strategy: Strategy, genomes: readonly Genome[], trace?: Trace): Strategy {
  const given = (number: number): Proposal | undefined => {
    const genome = genomes[number];
    if (genome === undefined) return undefined;
    trace?.say(
      `Its genome is the ${ordinal(number + 1)} of the ${genomes.length} that the experiment starts with.`,
    );
    return { genome, parents: [], mutations: [] };
  };
  if (strategy.kind === 'sequential') {
    return {
      ...strategy,
      ask: (number, rng) => given(number) ?? strategy.ask(number, rng),
    } satisfies SequentialStrategy;
  }
  return {
    ...strategy,
    needs: (number, rng) => (number < genomes.length ? [] : strategy.needs(number, rng)),
    ask: (number, rng, needed) => given(number) ?? strategy.ask(number, rng, needed),
  };
}

function ordinal(place: number): string {
  const teen = Math.floor((place % 100) / 10) === 1;
  const ending = teen ? undefined : ['st', 'nd', 'rd'][(place % 10) - 1];
  return `${place}${ending ?? 'th'}`;
}

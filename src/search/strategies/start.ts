/**
 * A warm start: the first candidates are given genomes, such as published networks or an earlier search's best;
 * from then on the strategy decides as it would have, and has heard of them like of any others.
 */
import type { Genome } from '../../core/records.js';
import type { Strategy } from '../strategy.js';

export function startingWith(strategy: Strategy, genomes: readonly Genome[]): Strategy {
  const { needs } = strategy;
  return {
    ...strategy,
    ...(needs === undefined
      ? {}
      : { needs: (number, rng) => (number < genomes.length ? [] : needs(number, rng)) }),
    ask: (number, rng, needed) => {
      const genome = genomes[number];
      return genome === undefined
        ? strategy.ask(number, rng, needed)
        : { genome, parents: [], mutations: [] };
    },
  };
}

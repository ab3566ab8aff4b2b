/**
 * Regularized (aging) evolution.
 *
 * The last `population` candidates told are alive. A child is a mutation of the best of `sample` picked from
 * them at random; nothing dies of a low score, only of age. While fewer are told than the population holds,
 * candidates are random.
 *
 * Source: Real, Aggarwal, Huang and Le, "Regularized Evolution for Image Classifier Architecture Search",
 * AAAI 2019, algorithm 1.
 */
import { z } from 'zod';
import type { Result } from '../strategy.js';
import { defineStrategy } from './member.js';
import { best, founder, keepLast, offspring, pickRandom, redraw } from './population.js';

/** How often a child that repeats a genome already told is mutated anew. */
const TRIES = 10;

const options = z
  .strictObject({
    population: z.int().min(1).default(20).describe('Candidates alive at a time'),
    sample: z.int().min(1).default(5).describe('Candidates in a tournament for parenthood'),
  })
  .refine(({ population, sample }) => sample <= population, {
    path: ['sample'],
    message: 'must not exceed the population',
  });

export const evolution = defineStrategy({
  name: 'evolution',
  source: 'https://arxiv.org/abs/1802.01548',
  options,
  create: ({ population, sample }, space) => {
    let alive: readonly Result[] = [];
    const seen = new Set<string>();
    return {
      name: 'evolution',
      ask: (_number, rng) => {
        const parent = alive.length < population ? undefined : best(pickRandom(alive, sample, rng));
        // Where a whole tournament has no score there is nothing to inherit.
        if (parent === undefined || parent.score === null) return founder(space, rng);
        return redraw(
          () => offspring(space, parent, rng),
          ({ genome }) => !seen.has(space.hash(genome)),
          TRIES,
        );
      },
      tell: (result) => {
        alive = keepLast([...alive, result], population);
        seen.add(space.hash(result.genome));
      },
    };
  },
});

/**
 * Local search: climbs from a random genome to better neighbours; where none is found, it starts anew.
 *
 * A neighbour is one mutation away. The climb moves to the first better neighbour told; after `patience`
 * neighbours without one, or where all that are drawn are known already, it restarts from a random genome.
 *
 * Source: White, Nolen and Savani, "Exploring the Loss Landscape in Neural Architecture Search", UAI 2021,
 * algorithm 1 with `query_until_lower`.
 */
import { z } from 'zod';
import type { Result } from '../strategy.js';
import { scoreText } from '../trace.js';
import { defineStrategy } from './member.js';
import { founder, offspring } from './population.js';

/** Neighbours drawn in search of one that is new. */
const TRIES = 50;

export const localSearch = defineStrategy({
  name: 'local-search',
  source: 'https://arxiv.org/abs/2005.02960',
  options: z.strictObject({
    patience: z.int().min(1).default(24).describe('Neighbours without an improvement before a restart'),
  }),
  create: ({ patience }, space, { lookahead, trace }) => {
    /** Where the climb stands; none while its start is not told. */
    let top: Result | undefined;
    /** The number from which on candidates belong to this climb. */
    let since = 0;
    let failures = 0;
    const seen = new Set<string>();
    return {
      kind: 'sequential',
      name: 'local-search',
      ask: (_number, rng) => {
        if (top === undefined) {
          trace?.say(
            'No climb was under way, so it was drawn at random from the space: a climb may start from it.',
          );
          return founder(space, rng);
        }
        trace?.say(
          `The climb stood at candidate ${top.number}, ${scoreText(top.score)}, with ${failures} of ${patience} neighbours told that were no better.`,
        );
        for (let attempt = 0; attempt < TRIES; attempt++) {
          const child = offspring(space, top, rng);
          if (!seen.has(space.hash(child.genome))) {
            trace?.say(
              `It is the ${attempt === 0 ? 'first neighbour drawn' : `first neighbour that is new, after ${attempt} known ones`}.`,
            );
            return child;
          }
        }
        trace?.say(`All of ${TRIES} neighbours drawn were known, so it was drawn at random from the space.`);
        return founder(space, rng);
      },
      tell: (result) => {
        seen.add(space.hash(result.genome));
        if (result.number < since) return;
        if (result.score !== null && result.score > (top?.score ?? -Infinity)) {
          top = result;
          failures = 0;
        } else if (++failures >= patience) {
          // The next to be asked are the first that know of the restart.
          top = undefined;
          since = result.number + lookahead;
          failures = 0;
        }
      },
    };
  },
});

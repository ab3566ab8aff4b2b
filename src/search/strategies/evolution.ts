/**
 * Regularized (aging) evolution.
 *
 * When candidate i is decided, the last `population` of those numbered ≤ i − lookahead are alive. A child is a
 * mutation of the best of `sample` picked from them at random; nothing dies of a low score, only of age. While fewer
 * are alive than the population holds, candidates are random. A decision rests on the tournament alone, so it waits for
 * nobody else.
 *
 * Source: Real, Aggarwal, Huang and Le, "Regularized Evolution for Image Classifier Architecture Search",
 * AAAI 2019, algorithm 1.
 */
import { z } from 'zod';
import { defineStrategy } from './member.js';
import { numbersText, scoreText } from '../trace.js';
import { best, founder, offspring, pickRandom, redraw } from './population.js';

/** Tries to make a child that repeats no genome of its parent's tournament. */
const TRIES = 10;

/**
 * The default. Much smaller than the lookahead, a population would fall apart into islands that grow at their slowest
 * members' pace, since neither parents nor children of an island are far from its numbers.
 */
const POPULATION = 20;

const options = z
  .strictObject({
    population: z
      .int()
      .min(1)
      .optional()
      .describe('Candidates alive at a time; by default 20, or half the lookahead where that is more'),
    sample: z.int().min(1).default(5).describe('Candidates in a tournament for parenthood'),
  })
  .refine(({ population = POPULATION, sample }) => sample <= population, {
    path: ['sample'],
    message: 'must not exceed the population',
  });

export const evolution = defineStrategy({
  name: 'evolution',
  source: 'https://arxiv.org/abs/1802.01548',
  options,
  create: ({ population: chosen, sample }, space, { lookahead, trace }) => {
    const population = chosen ?? Math.max(POPULATION, Math.ceil(lookahead / 2));
    return {
      kind: 'selective',
      name: 'evolution',
      needs: (number, rng) => {
        const youngest = number - lookahead;
        if (youngest < population - 1) return [];
        const alive = Array.from({ length: population }, (_, age) => youngest - age);
        return pickRandom(alive, sample, rng);
      },
      ask: (number, rng, tournament) => {
        const parent = best(tournament);
        // Where a whole tournament has no score there is nothing to inherit.
        if (parent === undefined || parent.score === null) {
          trace?.say(
            parent === undefined
              ? `Of the ${population} candidates that are alive at a time, only ${Math.max(0, number - lookahead + 1)} were known, so it was drawn at random from the space.`
              : `It drew ${sample} of the ${population} newest with results (${numbersText(tournament.map((one) => one.number))}); none has a score, so it was drawn at random from the space.`,
          );
          return founder(space, rng);
        }
        trace?.compared(tournament, parent.number);
        trace?.say(
          `It drew ${sample} of the ${population} newest with results (${numbersText(tournament.map((one) => one.number))}); ${parent.number} scored highest, ${scoreText(parent.score)}, and became its parent.`,
        );
        const known = new Set(tournament.map(({ genome }) => space.hash(genome)));
        return redraw(
          () => offspring(space, parent, rng),
          ({ genome }) => !known.has(space.hash(genome)),
          TRIES,
          trace,
        );
      },
    };
  },
});

/**
 * Random search: independent draws from the space.
 *
 * Source: Li and Talwalkar, "Random Search and Reproducibility for Neural Architecture Search", UAI 2019.
 */
import { z } from 'zod';
import { defineStrategy } from './member.js';

export const random = defineStrategy({
  name: 'random',
  source: 'https://arxiv.org/abs/1902.07638',
  options: z.strictObject({}),
  create: (_options, space, { trace }) => ({
    kind: 'selective',
    name: 'random',
    needs: () => [],
    ask: (_number, rng) => {
      trace?.say('It was drawn at random from the space.');
      return { genome: space.sample(rng), parents: [], mutations: [] };
    },
  }),
});

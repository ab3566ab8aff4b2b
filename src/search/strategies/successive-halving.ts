/**
 * Successive halving: many candidates train little, the best of them more, the best of those in full.
 *
 * Sources: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification", AISTATS 2016; its asynchronous form
 * is halving.ts.
 */
import { z } from 'zod';
import { halving } from './halving.js';
import { defineStrategy } from './member.js';

export const halvingOptions = z.strictObject({
  strategy: z
    .strictObject({ name: z.string(), options: z.record(z.string(), z.json()).default({}) })
    .default({ name: 'random', options: {} })
    .describe('What proposes new genomes'),
  rungs: z.int().min(2).max(8).default(3).describe('How many fidelities there are'),
  reduction: z
    .number()
    .min(2)
    .default(3)
    .describe('One in so many is promoted, to so many times the training'),
});

export const successiveHalving = defineStrategy({
  name: 'successive-halving',
  source: 'https://arxiv.org/abs/1810.05934',
  options: halvingOptions,
  create: ({ strategy, rungs, reduction }, _space, { create, ...context }) =>
    halving(create(strategy), { name: 'successive-halving', rungs, reduction, entries: [0] }, context),
});

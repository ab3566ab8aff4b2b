/**
 * Options of training: the experiment's `training` section. All budgets are steps, never seconds.
 */
import { z } from 'zod';
import { NormName } from '../nn/norm.js';

export const TrainingOptions = z
  .strictObject({
    steps: z.number().int().positive().default(200).describe('optimiser steps per candidate'),
    batch: z.number().int().positive().default(8).describe('crops per step'),
    learningRate: z.number().positive().default(2e-3).describe('peak learning rate'),
    warmup: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('share of the steps over which the rate rises linearly'),
    schedule: z.enum(['cosine', 'constant']).default('cosine'),
    optimiser: z
      .enum(['adamw', 'lamb', 'sgd'])
      .default('adamw')
      .describe('lamb scales each step to the norm of the weights, for large batches'),
    momentum: z.number().min(0).lt(1).optional().describe('of optimiser sgd, by Nesterov; without it 0.9'),
    weightDecay: z.number().min(0).default(0.01),
    labelSmoothing: z
      .number()
      .min(0)
      .lt(1)
      .optional()
      .describe('share of the target spread over all classes while training, in tasks that classify'),
    norm: NormName.optional().describe(
      'replaces every batch norm of the networks: group (Wu & He 2018) or layer; absent, or batch: as the search space builds them',
    ),
    clipNorm: z.number().positive().optional().describe('largest global norm of the gradient'),
    evaluationBatches: z
      .number()
      .int()
      .positive()
      .default(16)
      .describe('batches of held-out crops that the score is the mean of'),
    evaluateEvery: z
      .number()
      .int()
      .positive()
      .optional()
      .describe('steps between validations; without it there is one, after the last step'),
    earlyStopping: z
      .strictObject({
        patience: z
          .number()
          .int()
          .positive()
          .optional()
          .describe('validations in a row without a better score, after which training ends'),
        divergence: z
          .number()
          .gt(1)
          .optional()
          .describe('how many times its first value the training loss may grow before it counts as diverged'),
      })
      .optional()
      .describe('ends training early, by a rule over steps'),
  })
  .refine(({ evaluateEvery, earlyStopping }) => earlyStopping === undefined || evaluateEvery !== undefined, {
    path: ['earlyStopping'],
    error: 'it needs "evaluateEvery", which says after how many steps to look',
  })
  .refine(({ optimiser, momentum }) => momentum === undefined || optimiser === 'sgd', {
    path: ['momentum'],
    error: 'only the optimiser sgd takes it',
  });

export type TrainingOptions = z.output<typeof TrainingOptions>;

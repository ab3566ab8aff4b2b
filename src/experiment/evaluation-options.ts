/**
 * Sections of the experiment file on auxiliary evaluations, and on trainings that are ended early.
 */
import { z } from 'zod';

export const Trust = z.strictObject({
  share: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe('share of all training steps spent on full evaluations of random candidates; 0 turns it off'),
  longer: z
    .number()
    .min(1)
    .max(100)
    .default(1)
    .describe('steps of a full evaluation, as a multiple of training.steps'),
});

export const Winners = z.strictObject({
  candidates: z
    .number()
    .int()
    .min(0)
    .default(3)
    .describe('how many of the highest scores are trained again from scratch at the end; 0 turns it off'),
  seeds: z.number().int().min(1).max(100).default(3).describe('how often each is'),
  longer: z.number().min(1).max(100).default(1).describe('steps of each, as a multiple of training.steps'),
});

export const Probe = z.strictObject({
  manifest: z
    .string()
    .min(1)
    .describe(
      'table of labelled scans: path, patient, and label (a class) or labels (a file of voxel labels)',
    ),
  share: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('share of the candidates whose features are probed; full evaluations and winners always are'),
  crops: z.number().int().min(20).max(10_000).default(400).describe('most labelled crops used'),
});

export const CurveStopping = z.strictObject({
  quantile: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("training ends where the best score so far is below this quantile of the others' mean scores"),
  atLeast: z.number().int().min(2).default(10).describe('fewer finished curves than this stop nobody'),
});

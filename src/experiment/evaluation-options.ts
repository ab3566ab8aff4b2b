/**
 * Sections of the experiment file on what scores are: an outcome as the objective, auxiliary evaluations, and trainings that
 * are ended early.
 */
import { z } from 'zod';
import { OBJECTIVE_METRICS } from '../downstream/objective/metrics.js';

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

const TaskContent = z.record(z.string(), z.json());

/** What the file of a downstream task holds, as it is written there. */
export type TaskContent = z.output<typeof TaskContent>;

export const Objective = z.strictObject({
  head: z
    .union([z.string().min(1), TaskContent])
    .describe('downstream task: the path of its file (TASK.json), or what that file holds'),
  task: TaskContent.optional().describe('what that file held when the search began; voxolve writes it'),
  manifest: z
    .string()
    .min(1)
    .optional()
    .describe(
      'table of labelled scans: path, patient, the outcome, split; absent: the manifest of the scans',
    ),
  metric: z
    .enum(OBJECTIVE_METRICS)
    .optional()
    .describe('absent: auroc for classes, r2 for values, harrell (concordance) for times to an event'),
  worstGroup: z
    .string()
    .min(1)
    .optional()
    .describe(
      'sensitive attribute: a column s_… without its "s_", or site; the score is the metric of the group that is worst off, or a second objective where "objectives" names worstGroup',
    ),
  folds: z
    .int()
    .min(2)
    .max(20)
    .default(3)
    .describe('inner folds, by patient, that the metric is the mean of'),
});

export type Objective = z.output<typeof Objective>;

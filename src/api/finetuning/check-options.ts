/**
 * The numbers among the options of a fine-tuning, checked once.
 */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { parseOrThrow } from '../../core/validate.js';

const count = z.int().positive();

const Options = z.looseObject({
  folds: z.int().min(2).default(5),
  repeats: count.default(5),
  workers: count.default(availableParallelism),
  checkpointEvery: count.default(100),
  seed: z.int().min(0).optional(),
  labels: z
    .array(z.union([z.literal('all'), z.int().min(2)]))
    .min(1)
    .optional()
    .describe('numbers of patients, or all'),
});

export type CheckedOptions = Pick<
  z.output<typeof Options>,
  'folds' | 'repeats' | 'workers' | 'checkpointEvery' | 'labels'
>;

export function checkOptions(options: object): CheckedOptions {
  const { folds, repeats, workers, checkpointEvery, labels } = parseOrThrow(
    Options,
    options,
    'options of finetune',
  );
  const sizes = labels && [...new Set(labels)].sort((a, b) => (a === 'all' ? 1 : b === 'all' ? -1 : a - b));
  return { folds, repeats, workers, checkpointEvery, ...(sizes && { labels: sizes }) };
}

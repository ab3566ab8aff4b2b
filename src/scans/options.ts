/**
 * How scans are read and prepared: the `scans` section of an experiment.
 */
import { z } from 'zod';
import type { Json } from '../core/json.js';
import type { Triple } from './geometry.js';

const millimetres = z.number().positive().max(100);

export const ScanOptions = z.strictObject({
  spacing: z
    .union([millimetres, z.tuple([millimetres, millimetres, millimetres])])
    .default(3)
    .describe('Millimetres between voxels after resampling: one number, or one per axis [D, H, W].'),
  percentiles: z
    .tuple([z.number().min(0).max(100), z.number().min(0).max(100)])
    .refine(([low, high]) => low < high, 'the first percentile must be below the second')
    .default([0.5, 99.5])
    .describe('Intensities are clipped at these percentiles.'),
  frames: z
    .enum(['first', 'each', 'mean'])
    .default('first')
    .describe('What a 4D series becomes: its first frame, one volume per frame, or the mean over frames.'),
  nonFinite: z
    .enum(['refuse', 'zero'])
    .default('refuse')
    .describe('A scan with NaN or infinite voxels is unusable, or has them set to zero.'),
  unreadable: z
    .enum(['skip', 'refuse'])
    .default('skip')
    .describe('Scans that can not be used are listed and left out, or end the run.'),
  validation: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.25)
    .describe('Share of the patients held out for validation; at least one patient in each split.'),
  manifest: z
    .string()
    .min(1)
    .optional()
    .describe('CSV file with columns path and patient, optionally split (train or validation) and modality.'),
});

export type ScanOptions = z.output<typeof ScanOptions>;

/** The options that decide what a file's voxels become; part of the cache's key. */
export type Transforms = Pick<ScanOptions, 'percentiles' | 'frames' | 'nonFinite'> & {
  readonly spacing: Triple;
};

export function transformsOf({ spacing, percentiles, frames, nonFinite }: ScanOptions): Transforms {
  return {
    spacing: typeof spacing === 'number' ? [spacing, spacing, spacing] : spacing,
    percentiles,
    frames,
    nonFinite,
  };
}

export function transformsJson(transforms: Transforms): Json {
  return { ...transforms };
}

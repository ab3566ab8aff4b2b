/**
 * Options for reading and preparing scans: the `scans` section of an experiment.
 */
import { z } from 'zod';
import type { Triple } from '../core/tensor.js';
import { type Json, plainJson } from '../core/json.js';
import { ASKABLE } from './formats/asides.js';

const millimetres = z.number().positive().max(100);

const Percentiles = z
  .tuple([z.number().min(0).max(100), z.number().min(0).max(100)])
  .refine(([low, high]) => low < high, 'the first percentile must be below the second');

const Window = z.strictObject({ center: z.number(), width: z.number().positive() });

const rising = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value > (values[i - 1] as number));

const Landmarks = z
  .strictObject({
    percentiles: z.array(z.number().min(0).max(100)).min(2).max(100),
    values: z.array(z.number()).min(2).max(100),
  })
  .refine(({ percentiles, values }) => percentiles.length === values.length, {
    error: 'there must be as many values as percentiles',
  })
  .refine(({ percentiles, values }) => rising(percentiles) && rising(values), {
    error: 'percentiles and values must rise',
  });
export type Landmarks = z.output<typeof Landmarks>;

const OfModality = z.strictObject({
  percentiles: Percentiles.optional(),
  window: Window.optional(),
  landmarks: Landmarks.optional(),
});
type OfModality = z.output<typeof OfModality>;

/** Defaults by modality: CT from air over soft tissue to bone (Hounsfield units); ultrasound, whose floor is dark. */
const USUAL: Readonly<Record<string, OfModality>> = {
  CT: { window: { center: 0, width: 2000 } },
  US: { percentiles: [0, 99.9] },
};

export const ScanOptions = z.strictObject({
  spacing: z
    .union([millimetres, z.tuple([millimetres, millimetres, millimetres])])
    .default(3)
    .describe('Millimetres between voxels after resampling: one number, or one per axis [D, H, W].'),
  percentiles: Percentiles.default([0.5, 99.5]).describe('Intensities are clipped at these percentiles.'),
  frames: z
    .enum(['first', 'each', 'mean'])
    .default('first')
    .describe('What a 4D series becomes: its first frame, one volume per frame, or the mean over frames.'),
  cine: z
    .strictObject({
      frameTime: z
        .number()
        .positive()
        .max(60)
        .default(0.05)
        .describe('Seconds between frames after resampling by their timestamps.'),
      spacing: millimetres
        .default(1)
        .describe('Millimetres between pixels, where a clip says how large they are.'),
      pixels: z
        .number()
        .positive()
        .max(100)
        .default(1)
        .describe('Stored pixels per pixel, where a clip does not say how large they are.'),
    })
    .prefault({})
    .describe('What clips (one slice, several frames) become: [C, frames, H, W], rows from top to bottom.'),
  window: Window.optional().describe(
    'Intensities are clipped to this window (Hounsfield units for CT) instead of at percentiles.',
  ),
  landmarks: Landmarks.optional().describe(
    "Intensities are mapped, piecewise linearly, so that these percentiles of a scan's tissue take these values: histogram matching to a reference, whose landmarks voxolve scans --landmarks prints.",
  ),
  modalities: z
    .record(z.string(), OfModality)
    .default({})
    .transform((given): Readonly<Record<string, OfModality>> => ({ ...USUAL, ...given }))
    .describe(
      'The same for modalities as DICOM names them, instead of the above. Unless given: CT from -1000 to 1000 Hounsfield units, US at the percentiles 0 and 99.9.',
    ),
  nonFinite: z
    .enum(['refuse', 'zero'])
    .default('refuse')
    .describe('A scan with NaN or infinite voxels is unusable, or has them set to zero.'),
  unreadable: z
    .enum(['skip', 'refuse'])
    .default('skip')
    .describe('Scans that can not be used are listed and left out, or end the run.'),
  include: z
    .array(z.enum(ASKABLE))
    .default([])
    .describe(
      'What to use although it is nothing to train on, as voxolve scans names it. Localizers and secondary captures are used without that where there is nothing else.',
    ),
  layout: z
    .string()
    .regex(/^(?!.*(.).*\1)(?=.*y)(?=.*x)[tzyxc]+$/, {
      error: 'a layout names axes in order, each once: t, z, y, x and c, such as zyxc; y and x are there',
    })
    .optional()
    .describe(
      'Axes of NumPy arrays in their order, a letter each: t frames, z slices, y rows, x columns, c colours (1, 3 or 4), such as zyxc or tyx. Unless given: zyx or tzyx.',
    ),
  validation: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.25)
    .describe('Share of the patients held out for validation; at least one patient in each split.'),
  balance: z
    .enum(['patients', 'modalities'])
    .default('modalities')
    .describe(
      'What crops are drawn evenly from: patients, or first modalities (of the files or the manifest) and then patients within them.',
    ),
  manifest: z
    .string()
    .min(1)
    .optional()
    .describe(
      'CSV or TSV table with columns path (a file or folder) and patient, optionally split (train, validation or test, which is left out) and modality.',
    ),
});

export type ScanOptions = z.output<typeof ScanOptions>;

/** The options that decide what a file's voxels become; part of the cache's key. */
export type Transforms = Pick<
  ScanOptions,
  'percentiles' | 'window' | 'landmarks' | 'modalities' | 'frames' | 'cine' | 'nonFinite' | 'layout'
> & { readonly spacing: Triple };

export function transformsOf({
  spacing,
  percentiles,
  window,
  landmarks,
  modalities,
  frames,
  cine,
  nonFinite,
  layout,
}: ScanOptions): Transforms {
  return {
    spacing: typeof spacing === 'number' ? [spacing, spacing, spacing] : spacing,
    percentiles,
    window,
    landmarks,
    modalities,
    frames,
    cine,
    nonFinite,
    layout,
  };
}

/** Clipping and matching of a modality's intensities: its own options, else the general ones. */
export interface Clipping {
  readonly percentiles: readonly [number, number];
  readonly window: { readonly center: number; readonly width: number } | undefined;
  readonly landmarks: Landmarks | undefined;
}

export function clippingOf(
  {
    percentiles,
    window,
    landmarks,
    modalities,
  }: Pick<Transforms, 'percentiles' | 'window' | 'landmarks' | 'modalities'>,
  modality: string | null,
): Clipping {
  const own = modality === null || !Object.hasOwn(modalities, modality) ? undefined : modalities[modality];
  return {
    percentiles: own?.percentiles ?? percentiles,
    window: own?.window ?? (own?.percentiles === undefined ? window : undefined),
    landmarks: own?.landmarks ?? landmarks,
  };
}

export function transformsJson(transforms: Transforms): Json {
  // Drops undefined keys.
  return plainJson(transforms);
}

export function clippingText({ percentiles, window, landmarks }: Clipping): string {
  const clipped =
    window === undefined
      ? `percentiles ${percentiles.join(' to ')}`
      : `window ${window.center - window.width / 2} to ${window.center + window.width / 2}`;
  return landmarks === undefined ? clipped : `${clipped}, matched at ${landmarks.values.length} landmarks`;
}

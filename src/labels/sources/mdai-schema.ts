/**
 * The parts of an MD.ai project that labels need; all else, notes and e-mail addresses among it, is dropped here.
 *
 * Source: https://docs.md.ai/data/json/ (labelGroups, datasets, annotations); mdai-client-py, `SR_SEG_utils.py` (drawings).
 */
import { z } from 'zod';

const text = z.string();
const maybe = z.string().nullish();
const extent = z.number().int().positive().nullish();

/** `type` and `scope` come in either case. */
const word = z
  .string()
  .nullish()
  .transform((value) => value?.toUpperCase() ?? null);

const Label = z.object({
  id: text,
  parentId: maybe,
  name: text,
  type: word,
  scope: word,
  annotationMode: z
    .string()
    .nullish()
    .transform((value) => value?.toLowerCase() ?? null),
});
export type MdaiLabel = z.output<typeof Label>;

const Annotation = z.object({
  id: maybe,
  parentId: maybe,
  labelId: text,
  isInterpolated: z.boolean().nullish(),
  // Taken as it is: complaints quote values, and this one may be somebody's address.
  createdById: z
    .unknown()
    .optional()
    .transform((value) => (value == null ? null : typeof value === 'string' ? value : JSON.stringify(value))),
  StudyInstanceUID: maybe,
  SeriesInstanceUID: maybe,
  SOPInstanceUID: maybe,
  frameNumber: z.number().int().nonnegative().nullish(),
  height: extent,
  width: extent,
  data: z.unknown().optional(),
});
export type MdaiAnnotation = z.output<typeof Annotation>;

export const MdaiLabels = z.object({ labelGroups: z.array(z.object({ labels: z.array(Label) })) });

export const MdaiProject = MdaiLabels.extend({
  datasets: z.array(
    z.object({
      studies: z.array(z.object({ StudyInstanceUID: text })).nullish(),
      annotations: z.array(Annotation).nullish(),
    }),
  ),
});
export type MdaiProject = z.output<typeof MdaiProject>;

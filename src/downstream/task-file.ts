/**
 * The file of a downstream task (`TASK.json`): what is to be told of a scan, and how it is learned. Data only.
 *
 * Options of the head stand beside the other keys: `{ "head": "cox", "ties": "efron" }` is
 * `{ "head": { "name": "cox", "options": { "ties": "efron" } } }`.
 */
import { z } from 'zod';
import type { Json } from '../core/json.js';
import { parseOrThrow } from '../core/validate.js';

const extent = z.int().min(1).max(1024);

const Input = z.strictObject({
  size: z
    .tuple([extent, extent, extent])
    .optional()
    .describe(
      'slices or frames, rows and columns that the encoder sees at once; absent: as it was pretrained',
    ),
  reading: z
    .enum(['crop', 'tile', 'pool'])
    .default('crop')
    .describe(
      'crop: the middle of a scan; tile: answers for tiles that cover it, averaged; pool: one answer for the mean of their features',
    ),
  tiles: z.int().min(1).max(512).default(27).describe('most tiles of a scan'),
  normalise: z
    .enum(['crop', 'scan', 'none'])
    .default('crop')
    .describe(
      'intensities to mean 0 and deviation 1, over the crop as in pretraining, over the scan, or not at all; encoders that bring a normalisation of their own keep it',
    ),
  augment: z
    .boolean()
    .default(true)
    .describe(
      'crops at random places, and intensities, where they are normalised, a little changed, while the encoder is trained',
    ),
});

const Encoder = z.strictObject({
  train: z
    .enum(['frozen', 'full', 'layerwise'])
    .default('frozen')
    .describe('frozen: features are computed once; layerwise: earlier layers learn at smaller rates'),
  decay: z
    .number()
    .gt(0)
    .max(1)
    .default(0.75)
    .describe('factor on the rate from each layer to the one before it (layerwise)'),
  rate: z.number().min(0).max(10).default(0.1).describe("factor on the encoder's rate; the head's is 1"),
  batchNorm: z
    .enum(['frozen', 'batch'])
    .default('frozen')
    .describe('statistics of pretraining, or of each batch; small batches tell the latter badly'),
});

const Training = z.strictObject({
  steps: z.int().positive().default(300),
  batch: z
    .int()
    .positive()
    .default(16)
    .describe('scans of a step; frozen encoders take 64, or all where rows are compared'),
  learningRate: z.number().positive().default(1e-2).describe('peak rate of the head'),
  warmup: z.number().min(0).max(1).default(0.05),
  schedule: z.enum(['cosine', 'constant']).default('cosine'),
  optimiser: z.enum(['adamw', 'lamb', 'sgd']).default('adamw'),
  weightDecay: z.number().min(0).default(0.01),
  penalty: z
    .number()
    .min(0)
    .optional()
    .describe(
      'on half the squared weights, for heads that are solved exactly (in units of standardised features); absent: 0, or chosen from the rows by heads that can, such as value',
    ),
  clipNorm: z.number().positive().optional(),
  evaluateEvery: z.int().positive().default(20).describe('steps between looks at held-out patients'),
  patience: z
    .int()
    .positive()
    .optional()
    .describe(
      'looks in a row without a lower loss after which training ends; absent: none ends it, the best weights are kept',
    ),
  heldOut: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.2)
    .describe(
      'share of the training patients for early stopping and calibration; not for heads that are solved exactly',
    ),
  balance: z
    .enum(['none', 'classes', 'events', 'groups'])
    .default('none')
    .describe('batches in which all classes, event and censored, or all groups are equally frequent'),
});

const Fairness = z.strictObject({
  attribute: z.string().min(1).describe('sensitive attribute: a column s_… without its "s_", or site'),
  criterion: z.enum(['demographic-parity', 'equalised-odds', 'equal-opportunity']).default('equalised-odds'),
  method: z
    .enum(['penalty', 'lagrangian', 'thresholds'])
    .default('penalty')
    .describe(
      'penalty: weight times the gap is added to the loss; lagrangian: the weight rises while the gap is above the limit; thresholds: after training, each group gets a threshold of its own',
    ),
  weight: z.number().min(0).default(1).describe('of the penalty'),
  limit: z.number().min(0).max(1).default(0.05).describe('gap that the lagrangian and the thresholds allow'),
});

const named = z.strictObject({
  name: z.string().min(1),
  options: z.record(z.string(), z.json()).default({}),
});

export const FUSIONS = ['none', 'concat', 'joint-autoencoder', 'meta'] as const;

const own = {
  $schema: z.string().optional().describe('for editors; ignored'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters, digits, dot, dash and underscore')
    .default('outcome'),
  seed: z.int().min(0).default(0),
  head: z
    .union([z.string().min(1), named])
    .describe('head: a name, or the path of a file of your own; its options may stand beside it'),
  covariates: z
    .union([z.literal('all'), z.array(z.string().min(1))])
    .default('all')
    .describe('columns x_… that are learned from, without their "x_"'),
  fusion: z
    .union([
      z.enum(FUSIONS),
      z.strictObject({ name: z.enum(FUSIONS), options: z.record(z.string(), z.json()).default({}) }),
    ])
    .default('none')
    .describe('how covariates join the scan: docs/finetuning.md'),
  input: Input.prefault({}),
  encoder: Encoder.prefault({}),
  training: Training.prefault({}),
  fairness: Fairness.optional(),
  calibrate: z
    .boolean()
    .default(true)
    .describe('probabilities of classes by a temperature fitted on held-out patients'),
  scans: z
    .record(z.string(), z.json())
    .default({})
    .describe('preprocessing other than the encoder was pretrained with: keys of an experiment\'s "scans"'),
};

const Known = z.object(own);
const File = Known.loose();

export interface DownstreamTask extends Omit<z.output<typeof Known>, 'head' | 'fusion'> {
  readonly head: { readonly name: string; readonly options: Readonly<Record<string, Json>> };
  readonly fusion: {
    readonly name: (typeof FUSIONS)[number];
    readonly options: Readonly<Record<string, Json>>;
  };
}

/** A task complete with defaults; options of the head that stand beside it are moved to it. */
export function parseTask(value: unknown, subject: string): DownstreamTask {
  const { head, fusion, ...file } = parseOrThrow(File, value, subject);
  const known = new Set(Object.keys(own));
  const entries = Object.entries(file);
  const flat = Object.fromEntries(entries.filter(([key]) => !known.has(key))) as Record<string, Json>;
  const rest = Object.fromEntries(entries.filter(([key]) => known.has(key))) as Omit<
    DownstreamTask,
    'head' | 'fusion'
  >;
  const given = typeof head === 'string' ? { name: head, options: {} } : head;
  return {
    ...rest,
    head: { name: given.name, options: { ...given.options, ...flat } },
    fusion:
      typeof fusion === 'string'
        ? { name: fusion, options: {} }
        : { name: fusion.name, options: fusion.options },
  };
}

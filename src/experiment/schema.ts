/**
 * The experiment file: what to search, on what, how, for how long. Data only.
 *
 * The JSON Schema in docs/experiment.schema.json is generated from here (`npm run schema`).
 */
import { z } from 'zod';
import { precisions } from '../engines/engine.js';
import { TrainingOptions } from '../pretrain/options.js';
import { ScanOptions } from '../scans/options.js';
import { CurveStopping, Objective, Probe, Trust, Winners } from './evaluation-options.js';

/** A name of the registry or a path, with options where the named thing takes some. */
const reference = (what: string) =>
  z.union([
    z.string().min(1).describe(`${what}: a name, or the path of a file of your own`),
    z.strictObject({
      name: z.string().min(1).describe(`${what}: a name, or the path of a file of your own`),
      options: z.record(z.string(), z.json()).default({}),
    }),
  ]);

const PhantomOptions = z.strictObject({
  patients: z.number().int().min(2).max(1000).default(16),
  size: z.number().int().min(16).max(256).default(48).describe('voxels along each axis'),
  seed: z.number().int().min(0).default(1),
  frames: z
    .number()
    .int()
    .min(2)
    .max(1000)
    .optional()
    .describe('films of so many frames, 0.1 s apart, instead of volumes'),
  contrast: z
    .number()
    .min(0.1)
    .max(4)
    .default(1)
    .describe(
      'factor on the differences between tissues: with more, networks tell organs apart in fewer steps',
    ),
});

const LATENCY_RULE = 'a number of milliseconds from 0.01 to 60000';
const LATENCY_INPUT_RULE = 'three integers from 1 to 1024: slices or frames, rows, columns';
const extent = z.int(LATENCY_INPUT_RULE).min(1, LATENCY_INPUT_RULE).max(1024, LATENCY_INPUT_RULE);

export const Constraints = z.strictObject({
  params: z.number().positive().optional().describe('most trainable parameters of encoder and head'),
  macs: z.number().positive().optional().describe('most multiply-accumulates of one forward pass of a batch'),
  memory: z
    .number()
    .positive()
    .default(8192)
    .describe('most memory that training may take by prediction, in MiB'),
  latency: z
    .number(LATENCY_RULE)
    .min(0.01, LATENCY_RULE)
    .max(60_000, LATENCY_RULE)
    .optional()
    .describe('most milliseconds that the encoder may take for one input by prediction: docs/strategies.md'),
  latencyInput: z
    .tuple([extent, extent, extent], LATENCY_INPUT_RULE)
    .optional()
    .describe(
      "that input's slices or frames, rows and columns; absent: those that the proxy task gives the encoder",
    ),
});

export type Constraints = z.output<typeof Constraints>;

/** Values of `--engine`. */
export const engineNames = ['auto', 'onnx', 'tfjs', 'torch'] as const;

/** Values of `--device`: those of engine onnx (cpu, webgpu, cuda), of tfjs (gpu, cpu, js) and of torch (cuda, mps, cpu). */
export const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'gpu', 'js', 'mps'] as const;

const fields = z.strictObject({
  $schema: z.string().optional().describe('for editors; ignored'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters, digits, dot, dash and underscore')
    .describe('how the experiment is called in its database'),
  seed: z.number().int().min(0).default(0),
  candidates: z.number().int().positive().describe('how many candidates to evaluate'),
  lookahead: z
    .number()
    .int()
    .positive()
    .default(8)
    .describe(
      'candidate i is decided from results of candidates up to i - lookahead, and at most so many are decided and not finished; at least twice the workers',
    ),
  space: reference('search space').default('factorized3d'),
  proxyTask: reference('proxy task').default('jigsaw3d'),
  strategy: reference('strategy').default('predictor'),
  objectives: z
    .array(z.enum(['score', 'worstGroup', 'params', 'macs']))
    .min(1)
    .default(['score'])
    .describe(
      'what the search weighs, the score first: params and macs are minimised, worstGroup (of the objective) is maximised (strategy nsga2)',
    ),
  scans: ScanOptions.prefault({}),
  phantoms: PhantomOptions.optional().describe('volumes to generate where the command line names no scans'),
  training: TrainingOptions.prefault({}),
  constraints: Constraints.prefault({}),
  trust: Trust.prefault({}).describe('whether scores can be trusted: docs/trust.md'),
  winners: Winners.prefault({}).describe('the highest scores, trained again from scratch to find the winner'),
  probe: Probe.optional().describe('reads classes out of frozen features; never changes the search'),
  objective: Objective.optional().describe(
    'scores candidates by how well an outcome is told from their features: docs/objective.md',
  ),
  curveStopping: CurveStopping.optional().describe(
    'ends trainings whose learning curve falls behind; needs training.evaluateEvery',
  ),
  engine: z.enum(engineNames).default('auto'),
  device: z.enum(devices).default('auto'),
  precision: z
    .enum(precisions)
    .default('float32')
    .describe('how exact products are; others than float32 need engine torch: docs/engines.md'),
  threads: z
    .number()
    .int()
    .positive()
    .default(1)
    .describe('threads within one operation, per worker; fixed, so that it cannot differ between runs'),
  isolation: z
    .enum(['auto', 'thread', 'process'])
    .default('auto')
    .describe('whether a crash while training costs one attempt (process) or the run (thread)'),
  inherit: z
    .boolean()
    .default(false)
    .describe("children start from their parent's weights, where shapes allow it; all weights are kept then"),
  keepWeights: z
    .number()
    .int()
    .positive()
    .default(8)
    .describe('how many of the highest scores keep their weights'),
});

export const Experiment = fields
  .refine(
    ({ curveStopping, training }) => curveStopping === undefined || training.evaluateEvery !== undefined,
    {
      path: ['curveStopping'],
      error: 'it needs "training.evaluateEvery", which says after how many steps to look',
    },
  )
  .refine(
    ({ objectives, objective }) => !objectives.includes('worstGroup') || objective?.worstGroup !== undefined,
    {
      path: ['objectives'],
      error: 'worstGroup needs "objective.worstGroup", which names the attribute that groups are formed by',
    },
  );

export type Experiment = z.output<typeof Experiment>;

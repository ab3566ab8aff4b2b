/**
 * Zero-cost scores: what a network with its initial weights tells about how well it will train, at the price of one
 * step or less. All draw from the candidate-independent generator handed in, so a genome has one score in a search.
 *
 * - `synflow`: Σ |θ · ∂R/∂θ| of a network with absolute weights, R the sum of its outputs for an input of ones (Tanaka
 *   et al. 2020, arXiv 2006.05467), as a logarithm;
 * - `jacobian`: how differently a small change of the input moves the outputs for different inputs, by the spectrum of
 *   the correlations of the Jacobian's rows (jacob_cov; Mellor et al. 2021, arXiv 2006.04647v1, equation 5);
 * - `gradient`: the norm of the task's gradient for one batch (Abdelfattah et al. 2021, arXiv 2101.08134), as a logarithm;
 * - `params`: trainable parameters of encoder and head, as a logarithm; the one that the others have to beat.
 *
 * Inputs are noise and not scans, so that a score depends on the experiment's file alone.
 */
import { differentiate, gradientName } from '../autodiff/differentiate.js';
import { unreachable } from '../core/errors.js';
import type { Rng } from '../core/random.js';
import { sizeOf, tensor, type AnyTensor, type TensorMap } from '../core/tensor.js';
import type { TrainingProgram } from '../engines/engine.js';
import { Builder } from '../ir/builder.js';
import { costOf } from '../ir/cost.js';
import type { Graph } from '../ir/graph.js';
import type { Architecture } from '../nn/architecture.js';
import { buildEncoder } from '../nn/build.js';
import type { TaskPlan } from '../tasks/task.js';
import { initialWeights } from './initialise.js';
import { correlationScore } from './jacobian-score.js';

export const zeroCostNames = ['synflow', 'jacobian', 'gradient', 'params'] as const;
export type ZeroCostName = (typeof zeroCostNames)[number];

/** Runs a graph once: all outputs by name. */
export type RunGraph = (
  graph: Graph,
  weights: TensorMap,
  feeds: Readonly<Record<string, AnyTensor>>,
) => Promise<TensorMap>;

export interface ZeroCostJob {
  readonly architecture: Architecture;
  readonly program: TrainingProgram;
  readonly plan: TaskPlan;
  /** Crops in a batch. */
  readonly batch: number;
  readonly rng: Rng;
  readonly run: RunGraph;
}

/** Inputs whose Jacobians are compared, at most. */
const ROWS = 16;

/** Higher promises more; lowest where it is not a number. */
export async function zeroCost(name: ZeroCostName, job: ZeroCostJob): Promise<number> {
  const score = await rawScore(name, job);
  return Number.isFinite(score) ? score : -Number.MAX_VALUE;
}

function rawScore(name: ZeroCostName, job: ZeroCostJob): Promise<number> {
  switch (name) {
    case 'synflow':
      return synflow(job);
    case 'jacobian':
      return jacobian(job);
    case 'gradient':
      return gradient(job);
    case 'params':
      return Promise.resolve(Math.log(costOf(job.program.evaluate).params));
    default:
      return unreachable(name);
  }
}

async function synflow({ architecture, plan, rng, run }: ZeroCostJob): Promise<number> {
  const builder = new Builder();
  const [, ...shape] = plan.encoderInput;
  const x = builder.input('input', [1, ...shape]);
  const features = buildEncoder(builder, architecture, x, { training: false });
  builder.output('loss', builder.reduceSum(features, [0, 1, 2, 3, 4]));
  const graph = builder.build();
  const drawn = initialWeights(graph.parameters, rng.split('init'));
  const weights = Object.fromEntries(
    Object.entries(drawn).map(([key, value]) => [key, { ...value, data: value.data.map(Math.abs) }]),
  );
  const ones = tensor([1, ...shape], new Float32Array(sizeOf(shape)).fill(1));
  const found = await run(differentiate(graph, 'loss'), weights, { input: ones });
  let sum = 0;
  for (const [key, { data }] of Object.entries(weights)) {
    found[gradientName(key)]?.data.forEach((g, i) => (sum += Math.abs(g * (data[i] ?? 0))));
  }
  return Math.log(sum);
}

/** The input stands as a parameter, so that the gradient reaches it. */
async function jacobian({ architecture, plan, rng, run }: ZeroCostJob): Promise<number> {
  const builder = new Builder();
  const [all, ...sample] = plan.encoderInput;
  const rows = Math.min(all, ROWS);
  const shape = [rows, ...sample];
  const x = builder.parameter('input', shape, { kind: 'normal', deviation: 1 });
  const features = buildEncoder(builder, architecture, x, { training: true });
  builder.output('loss', builder.reduceSum(features, [0, 1, 2, 3, 4]));
  const graph = builder.build();
  const weights = initialWeights(graph.parameters, rng.split('init'));
  const found = await run(differentiate(graph, 'loss'), weights, {});
  return correlationScore(found[gradientName('input')]?.data ?? new Float32Array(), rows);
}

async function gradient({ program, plan, batch, rng, run }: ZeroCostJob): Promise<number> {
  const weights = initialWeights(program.train.parameters, rng.split('init'));
  const feeds = plan.prepare(noiseCrops(plan, batch, rng), rng.split('batch'), 'train');
  const found = await run(differentiate(program.train, 'loss'), weights, feeds);
  const sum = Object.entries(found)
    .filter(([key]) => key.startsWith(gradientName('')))
    .reduce((total, [, { data }]) => total + data.reduce((own, g) => own + g * g, 0), 0);
  return Math.log(sum) / 2;
}

/** Crops of white noise, tissue throughout. */
function noiseCrops(plan: TaskPlan, batch: number, rng: Rng): Parameters<TaskPlan['prepare']>[0] {
  const [, channels] = plan.encoderInput;
  const size = sizeOf(plan.crop);
  const own = rng.split('crops');
  return Array.from({ length: batch }, (_, i) => ({
    volume: `noise ${i}`,
    patient: i,
    shape: [channels, ...plan.crop] as const,
    voxels: Float32Array.from({ length: channels * size }, () => own.uniform(0, 1)),
    foreground: new Uint8Array(size).fill(1),
  }));
}

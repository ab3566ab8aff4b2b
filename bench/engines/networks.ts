/**
 * Fifteen networks on which engines are measured, as training programs with their weights and batches.
 */
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { differentiate } from '../../src/autodiff/differentiate.js';
import { rngOf } from '../../src/core/random.js';
import { intTensor, sizeOf, tensor, type TensorMap } from '../../src/core/tensor.js';
import type { Feeds, OptimiserSpec, TrainingProgram } from '../../src/engines/engine.js';
import { Builder } from '../../src/ir/builder.js';
import { costOf } from '../../src/ir/cost.js';
import type { Graph } from '../../src/ir/graph.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { buildEncoder } from '../../src/nn/build.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import { genomes } from './genomes.js';
import { videoResnet } from './video-resnets.js';

export interface Network {
  readonly name: string;
  readonly architecture: Architecture;
  /** Steps of one round; its batches are the same in every round. */
  readonly steps: number;
}

/** Number of steps in a round. */
const STEPS = 4;

/** Frames, height and width of the input. */
export const CLIP = [16, 56, 56] as const;
export const CLASSES = 8;
/**
 * Low learning rate, since AdamW's first steps depend only on the sign of a gradient, which rounding can flip.
 * PyTorch's first twenty losses differ from its own by up to 4e-2 at 1e-4 and 6e-3 at 1e-5 if weights began 1e-7 apart
 * or there was one thread instead of two; at this rate by 3e-4. See docs/engines.md.
 */
export const LEARNING_RATE = 2e-6;

const OPTIMISER: OptimiserSpec = {
  kind: 'adamw',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

export const networks: readonly Network[] = [
  ...Object.entries(genomes).map(([name, genome]) => ({
    name,
    architecture: factorized3d.build(genome as Parameters<typeof factorized3d.build>[0], { channels: 1 }),
    steps: STEPS,
  })),
  ...(['r3d-18', 'mc3-18', 'r2plus1d-18'] as const).map((name) => ({
    name,
    architecture: videoResnet(name),
    steps: STEPS,
  })),
];

/** Encoder, global average pooling and a linear classifier, trained by cross entropy with AdamW. */
export function programOf(
  architecture: Architecture,
  batch: number,
  clip: readonly number[] = CLIP,
): TrainingProgram {
  return {
    train: graphOf(architecture, batch, clip, true),
    evaluate: graphOf(architecture, batch, clip, false),
    optimiser: OPTIMISER,
  };
}

function graphOf(
  architecture: Architecture,
  batch: number,
  clip: readonly number[],
  training: boolean,
): Graph {
  const b = new Builder();
  const { inChannels, features } = architecture;
  const x = b.input('x', [batch, inChannels, ...clip]);
  const labels = b.input('labels', [batch], 'i64');
  const encoded = buildEncoder(b, architecture, x, { training, prefix: 'encoder.' });
  const bound = 1 / Math.sqrt(features);
  const weight = b.parameter('head.weight', [CLASSES, features], { kind: 'uniform', bound });
  const bias = b.parameter('head.bias', [CLASSES], { kind: 'constant', value: 0 });
  const logits = b.linear(b.reduceMean(encoded, [2, 3, 4]), weight, bias);
  b.output('loss', b.crossEntropy(logits, labels));
  return b.build();
}

export function weightsOf(program: TrainingProgram): TensorMap {
  return initialWeights(program.train.parameters, rngOf('bench', 'weights'));
}

/** Draws `steps` batches of noise with labels. */
export function batchesOf(
  { architecture, steps }: Network,
  batch: number,
  clip: readonly number[] = CLIP,
): Feeds {
  const rng = rngOf('bench', 'batches', architecture.name);
  const shape = [steps, batch, architecture.inChannels, ...clip];
  return {
    x: tensor(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    ),
    labels: intTensor(
      [steps, batch],
      Int32Array.from({ length: steps * batch }, () => rng.int(CLASSES)),
    ),
  };
}

/** Floating-point operations of a training step: two per multiply-accumulate of forward and backward pass. */
export function stepFlops({ train }: TrainingProgram): number {
  return 2 * costOf(differentiate(train, 'loss')).macs;
}

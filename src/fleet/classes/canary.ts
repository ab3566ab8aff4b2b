/**
 * A fixed program whose training tells processors apart: weights, moments and losses after two steps, hashed.
 *
 * The same program gives other sums on other processors (docs/engines.md), which no name of a processor says reliably: what
 * decides is which kernels the runtime picks, and they differ between AVX2 and AVX-512, and with its version. Equal hashes
 * mean that these kernels gave the same bits, here for every kind of layer that searches are made of.
 */
import { createHash } from 'node:crypto';
import { rngOf } from '../../core/random.js';
import { intTensor, sizeOf, tensor, type AnyTensor, type TensorMap } from '../../core/tensor.js';
import type { Engine, EngineOptions, Feeds, TrainingProgram } from '../../engines/engine.js';
import { Builder } from '../../ir/builder.js';
import type { Graph, Value } from '../../ir/graph.js';
import { initialWeights } from '../../pretrain/initialise.js';
import { canaryLayers, type CanaryLayer } from './canary-layers.js';

const STEPS = 2;
const CLASSES = 5;
/** Samples of the head, which all layers share: their features are means over samples and places. */
const SAMPLES = 4;
const KEY = 'canary';

export function canaryProgram(): TrainingProgram {
  const optimiser = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 } as const;
  return { train: graph(true), evaluate: graph(false), optimiser, clipNorm: 1 };
}

function graph(training: boolean): Graph {
  const b = new Builder();
  const labels = b.input('labels', [SAMPLES], 'i64');
  const features = canaryLayers.map((layer) => branch(b, layer, training));
  const width = features.reduce((sum, { shape }) => sum + (shape[1] ?? 0), 0);
  const normal = (name: string, shape: readonly number[]): Value =>
    b.parameter(name, shape, { kind: 'normal', deviation: 0.1 });
  const rows = b.mul(b.concat(features, 1), b.input('rows', [SAMPLES, width]));
  const hidden = b.gelu(b.linear(b.layerNorm(rows, affine(b, 'norm', width)), normal('hidden', [32, width])));
  b.output(
    'loss',
    b.crossEntropy(b.linear(hidden, normal('head', [CLASSES, 32])), labels, { smoothing: 0.1 }),
  );
  return b.build();
}

function affine(b: Builder, name: string, width: number) {
  return {
    gamma: b.parameter(`${name}.gamma`, [width], { kind: 'constant', value: 1 }),
    beta: b.parameter(`${name}.beta`, [width], { kind: 'constant', value: 0 }),
    epsilon: 1e-5,
  };
}

/** A scale, so that the convolution has a gradient of its input; convolution, norm, activation, pooling: `[1, C]`. */
function branch(b: Builder, { name, input, ...layer }: CanaryLayer, training: boolean): Value {
  const { channels, kernel, stride, groups } = layer;
  const [, inputs] = input;
  const scale = b.parameter(`${name}.scale`, [1, inputs, 1, 1, 1], { kind: 'constant', value: 1 });
  const filter = b.parameter(`${name}.filter`, [channels, inputs / groups, ...kernel], {
    kind: 'normal',
    deviation: 0.1,
  });
  const padding = kernel.map((extent) => (extent - 1) / 2);
  const statistic = (part: string, value: number): Value =>
    b.parameter(`${name}.${part}`, [channels], { kind: 'constant', value }, { trainable: false });
  const y = b.conv(b.mul(b.input(name, input), scale), filter, { stride, padding, groups });
  const z = b.batchNorm(y, {
    ...affine(b, name, channels),
    mean: statistic('mean', 0),
    variance: statistic('variance', 1),
    momentum: 0.1,
    training,
  });
  const active = b[layer.activation](z);
  const pool = layer.activation === 'relu' ? b.maxPool : b.avgPool;
  const pooled = pool(active, { kernel: [1, 2, 2], stride: [1, 2, 2], padding: [0, 0, 0] });
  return b.reshape(b.reduceMean(pooled, [0, 2, 3, 4]), [1, channels]);
}

/** Hash of what two steps leave; its inputs and first weights are always the same. */
export async function canaryHash(engine: Pick<Engine, 'open'>, options: EngineOptions): Promise<string> {
  const program = canaryProgram();
  const session = await engine.open(program, options);
  try {
    session.load({ weights: initialWeights(program.train.parameters, rngOf(KEY, 'weights')) });
    const { curves } = await session.train(feedsOf(program.train, STEPS), new Float32Array(STEPS).fill(1e-2));
    const { weights, optimiser } = await session.read();
    const evaluated = await session.evaluate(feedsOf(program.evaluate));
    const hash = createHash('sha256');
    for (const [name, values] of Object.entries(curves).sort(byName))
      hash.update(name).update(bytesOf(values));
    for (const tensors of [weights, optimiser, evaluated]) add(hash, tensors);
    return hash.digest('hex');
  } finally {
    await session.dispose();
  }
}

function add(hash: ReturnType<typeof createHash>, tensors: TensorMap): void {
  for (const [name, { data }] of Object.entries(tensors).sort(byName))
    hash.update(name).update(bytesOf(data));
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Feeds of `steps` steps, of one batch where they are left out. */
function feedsOf({ inputs }: Graph, steps?: number): Feeds {
  const feedOf = ({ name, shape, dtype }: Graph['inputs'][number]): AnyTensor => {
    const extents = steps === undefined ? shape : [steps, ...shape];
    const length = sizeOf(extents);
    const rng = rngOf(KEY, 'feed', name);
    return dtype === 'i64'
      ? intTensor(
          extents,
          Int32Array.from({ length }, () => rng.int(CLASSES)),
        )
      : tensor(
          extents,
          Float32Array.from({ length }, () => rng.normal()),
        );
  };
  return Object.fromEntries(inputs.map((input) => [input.name, feedOf(input)]));
}

/**
 * A small 3D network that has a bit of everything, as a training program, with seeded weights and batches.
 */
import { rngOf } from '../../src/core/random.js';
import {
  sizeOf,
  tensor,
  intTensor,
  type AnyTensor,
  type Tensor,
  type TensorMap,
  type Triple,
} from '../../src/core/tensor.js';
import type { Feeds, OptimiserSpec, TrainingProgram } from '../../src/engines/engine.js';
import { Builder } from '../../src/ir/builder.js';
import type { Graph, Value } from '../../src/ir/graph.js';

const BATCH = 4;
const CLASSES = 5;
const SIDE = 8;

export const ADAMW: OptimiserSpec = {
  kind: 'adamw',
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.05,
};
export const SGD: OptimiserSpec = { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 };

const ONE = { kind: 'constant', value: 1 } as const;
const ZERO = { kind: 'constant', value: 0 } as const;

export function smallProgram(optimiser: OptimiserSpec = ADAMW, clipNorm?: number): TrainingProgram {
  const program = { train: smallGraph(true), evaluate: smallGraph(false), optimiser };
  return clipNorm === undefined ? program : { ...program, clipNorm };
}

/** Convolutions: strided, (2+1)D factorized, depthwise; batch norm, silu, squeeze-excite, pooling, linear. */
function smallGraph(training: boolean): Graph {
  const b = new Builder();
  const x = b.input('x', [BATCH, 1, SIDE, SIDE, SIDE]);
  const labels = b.input('labels', [BATCH], 'i64');
  let h = unit(b, x, { name: 'stem', channels: 8, kernel: [3, 3, 3], stride: [1, 2, 2], training });
  h = unit(b, h, { name: 'spatial', channels: 12, kernel: [1, 3, 3], training });
  h = unit(b, h, { name: 'temporal', channels: 8, kernel: [3, 1, 1], stride: [2, 1, 1], training });
  h = b.add(h, unit(b, h, { name: 'depthwise', channels: 8, kernel: [3, 3, 3], groups: 8, training }));
  const squeezed = b.reduceMean(h, [2, 3, 4]);
  const gate = b.sigmoid(dense(b, 'gate', squeezed, 8));
  h = b.mul(h, b.reshape(gate, [BATCH, 8, 1, 1, 1]));
  h = b.maxPool(h, { kernel: [1, 2, 2], stride: [1, 2, 2], padding: [0, 0, 0] });
  const logits = dense(b, 'head', b.reduceMean(h, [2, 3, 4]), CLASSES);
  b.output('loss', b.crossEntropy(logits, labels, { smoothing: 0.1 }));
  b.output('accuracy', b.accuracy(logits, labels));
  return b.build();
}

function dense(b: Builder, name: string, x: Value, features: number): Value {
  const spread = { kind: 'normal', deviation: 0.3 } as const;
  const weight = b.parameter(`${name}.weight`, [features, x.shape[1] ?? 0], spread);
  return b.linear(x, weight, b.parameter(`${name}.bias`, [features], ZERO));
}

interface Unit {
  readonly name: string;
  readonly channels: number;
  readonly kernel: Triple;
  readonly stride?: Triple;
  readonly groups?: number;
  readonly training: boolean;
}

function unit(b: Builder, x: Value, options: Unit): Value {
  const { name, channels, kernel, stride = [1, 1, 1], groups = 1, training } = options;
  const spread = { kind: 'normal', deviation: 0.2 } as const;
  const weight = b.parameter(`${name}.weight`, [channels, (x.shape[1] ?? 0) / groups, ...kernel], spread);
  const padding = kernel.map((extent) => (extent - 1) / 2);
  const y = b.conv(x, weight, { stride, padding, groups });
  const normalised = b.batchNorm(y, {
    gamma: b.parameter(`${name}.gamma`, [channels], ONE),
    beta: b.parameter(`${name}.beta`, [channels], ZERO),
    mean: b.parameter(`${name}.running_mean`, [channels], ZERO, { trainable: false }),
    variance: b.parameter(`${name}.running_var`, [channels], ONE, { trainable: false }),
    epsilon: 1e-5,
    momentum: 0.1,
    training,
  });
  return name === 'stem' ? b.relu(normalised) : b.silu(normalised);
}

export function initialWeights(graph: Graph, seed = 1): TensorMap {
  return Object.fromEntries(
    graph.parameters.map(({ name, shape, initialiser }): [string, Tensor] => {
      const rng = rngOf(seed, name);
      const draw = (_: unknown, i: number) => {
        if (initialiser.kind === 'values') return initialiser.values[i] ?? NaN;
        if (initialiser.kind === 'constant') return initialiser.value;
        if (initialiser.kind === 'normal') return rng.normal() * initialiser.deviation;
        return rng.uniform(-initialiser.bound, initialiser.bound);
      };
      return [name, tensor(shape, Float32Array.from({ length: sizeOf(shape) }, draw))];
    }),
  );
}

/** Feeds for `steps` steps, or for one evaluation where `steps` is left out. */
export function batches(steps?: number, seed = 2): Feeds {
  const rng = rngOf(seed, 'batches');
  const leading = steps === undefined ? [] : [steps];
  const xs = [...leading, BATCH, 1, SIDE, SIDE, SIDE];
  const ls = [...leading, BATCH];
  return {
    x: tensor(
      xs,
      Float32Array.from({ length: sizeOf(xs) }, () => rng.normal()),
    ),
    labels: intTensor(
      ls,
      Int32Array.from({ length: sizeOf(ls) }, () => rng.int(CLASSES)),
    ),
  };
}

/** Steps `from` (included) to `to` (excluded) of feeds that carry a leading axis of steps. */
export function stepsOf(feeds: Feeds, from: number, to: number): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, value]): [string, AnyTensor] => {
      const [, ...rest] = value.shape;
      const size = sizeOf(rest);
      const shape = [to - from, ...rest];
      return value.dtype === 'f32'
        ? [name, tensor(shape, value.data.slice(from * size, to * size))]
        : [name, intTensor(shape, value.data.slice(from * size, to * size))];
    }),
  );
}

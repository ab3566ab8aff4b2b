/**
 * The network by which engines are compared where there is no experiment: the kinds of layer that candidates are made of, at a candidate's size.
 */
import type { TrainingProgram } from '../engines/engine.js';
import { Builder } from '../ir/builder.js';
import type { Graph, Value } from '../ir/graph.js';

const INPUT = [4, 1, 16, 32, 32] as const;
const CLASSES = 8;

export function referenceProgram(): TrainingProgram {
  const optimiser = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 } as const;
  return { train: network(true), evaluate: network(false), optimiser };
}

/** A strided stem, a (2+1)D pair, a depthwise and a pointwise convolution, a classifier. */
function network(training: boolean): Graph {
  const b = new Builder();
  const labels = b.input('labels', [INPUT[0]], 'i64');
  let x = b.input('x', INPUT);
  x = layer(b, 'stem', x, { channels: 16, kernel: [3, 3, 3], stride: [1, 2, 2], training });
  x = layer(b, 'spatial', x, { channels: 32, kernel: [1, 3, 3], stride: [1, 1, 1], training });
  x = layer(b, 'temporal', x, { channels: 32, kernel: [3, 1, 1], stride: [2, 1, 1], training });
  x = layer(b, 'depthwise', x, { channels: 32, kernel: [3, 3, 3], stride: [1, 1, 1], groups: 32, training });
  x = layer(b, 'pointwise', x, { channels: 64, kernel: [1, 1, 1], stride: [1, 2, 2], training });
  const weight = b.parameter('head.weight', [CLASSES, 64], { kind: 'normal', deviation: 0.1 });
  b.output('loss', b.crossEntropy(b.linear(b.reduceMean(x, [2, 3, 4]), weight), labels));
  return b.build();
}

interface Layer {
  readonly channels: number;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly groups?: number;
  readonly training: boolean;
}

function layer(
  b: Builder,
  name: string,
  x: Value,
  { channels, kernel, stride, groups = 1, training }: Layer,
) {
  const shape = [channels, (x.shape[1] ?? 0) / groups, ...kernel];
  const weight = b.parameter(`${name}.weight`, shape, { kind: 'normal', deviation: 0.1 });
  const perChannel = (part: string, value: number, trainable: boolean): Value =>
    b.parameter(`${name}.${part}`, [channels], { kind: 'constant', value }, { trainable });
  const y = b.conv(x, weight, { stride, padding: kernel.map((extent) => (extent - 1) / 2), groups });
  return b.relu(
    b.batchNorm(y, {
      gamma: perChannel('gamma', 1, true),
      beta: perChannel('beta', 0, true),
      mean: perChannel('running_mean', 0, false),
      variance: perChannel('running_var', 1, false),
      epsilon: 1e-5,
      momentum: 0.1,
      training,
    }),
  );
}

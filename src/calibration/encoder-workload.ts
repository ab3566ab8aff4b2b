/**
 * The network of a fine-tuning, by which engines are compared: an encoder at the size and the batch of the task, with a
 * classifier behind it where the encoder is trained.
 */
import type { Triple } from '../core/tensor.js';
import type { TrainingProgram } from '../engines/engine.js';
import { Builder } from '../ir/builder.js';
import type { Graph, Value } from '../ir/graph.js';
import type { Architecture } from '../nn/architecture.js';
import { buildEncoder } from '../nn/build.js';

export interface EncoderWorkload {
  readonly architecture: Architecture;
  /** Voxels `[D, H, W]` that it sees at once. */
  readonly size: Triple;
  /** Crops in a step, or read at once. */
  readonly batch: number;
  /** False where its features are only read. */
  readonly trained: boolean;
}

/** How many classes there are bears on nothing: the encoder takes the time. */
const CLASSES = 2;

/** Steps that train it. */
export function encoderProgram(workload: EncoderWorkload): TrainingProgram {
  const optimiser = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 } as const;
  return { train: classifier(workload, true), evaluate: classifier(workload, false), optimiser };
}

/** Reads its features, the means over space, with weights that are fixed. */
export function readingGraph(workload: EncoderWorkload): Graph {
  const b = new Builder();
  b.output('features', pooled(b, workload, false));
  return b.build();
}

function classifier(workload: EncoderWorkload, training: boolean): Graph {
  const b = new Builder();
  const { architecture, batch } = workload;
  const features = pooled(b, workload, training);
  const labels = b.input('labels', [batch], 'i64');
  const spread = { kind: 'normal', deviation: 0.1 } as const;
  const weight = b.parameter('head.weight', [CLASSES, architecture.features], spread);
  b.output('loss', b.crossEntropy(b.linear(features, weight), labels));
  return b.build();
}

function pooled(b: Builder, { architecture, size, batch }: EncoderWorkload, training: boolean): Value {
  const scans = b.input('scans', [batch, architecture.inChannels, ...size]);
  return b.reduceMean(buildEncoder(b, architecture, scans, { training }), [2, 3, 4]);
}

/**
 * The score of a small network after a short training: what it learns here, a candidate would learn too.
 */
import { present } from '../core/errors.js';
import { meanOf } from '../core/statistics/descriptive.js';
import { boundedMean } from '../core/statistics/intervals.js';
import type { Rng } from '../core/random.js';
import type { Engine } from '../engines/engine.js';
import type { Architecture } from '../nn/architecture.js';
import { convNormAct, stack } from '../nn/index.js';
import { makeBatch, stackBatches, type Batch } from '../pretrain/batches.js';
import { initialWeights } from '../pretrain/initialise.js';
import type { TrainingOptions } from '../pretrain/options.js';
import { trainingProgram } from '../pretrain/program.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import type { Figure } from './weak-probe.js';

function smallEncoder(channels: number): Architecture {
  const layer = (from: number, to: number) =>
    convNormAct(from, to, 'relu', { kernel: [3, 3, 3], stride: [2, 2, 2] });
  return {
    name: 'audit',
    inChannels: channels,
    encoder: stack([layer(channels, 12), layer(12, 24)]),
    features: 24,
  };
}

export interface NetworkProbeOptions {
  readonly engine: Engine;
  readonly device: string;
  readonly threads: number;
  readonly set: ScanSet;
  readonly plan: TaskPlan;
  readonly training: TrainingOptions;
  readonly rng: Rng;
  /** Changes a batch before it is learnt from or asked about. */
  readonly alter?: (batch: Batch) => Batch;
}

/** The score on unseen patients, with its interval over batches. */
export async function networkProbe(options: NetworkProbeOptions): Promise<Figure> {
  const { set, plan, training, rng, alter = (same) => same } = options;
  const program = trainingProgram(smallEncoder(set.channels), plan, training);
  const session = await options.engine.open(program, { device: options.device, threads: options.threads });
  const batch = (split: 'train' | 'validation', index: number): Batch =>
    alter(makeBatch({ set, plan, size: training.batch, split, rng: rng.split(split) }, index));
  try {
    session.load({ weights: initialWeights(program.train.parameters, rng.split('init')) });
    const perCall = 10;
    for (let step = 0; step < training.steps; step += perCall) {
      const count = Math.min(perCall, training.steps - step);
      const batches = Array.from({ length: count }, (_, i) => batch('train', step + i));
      await session.train(stackBatches(batches), new Float32Array(count).fill(training.learningRate));
    }
    const scores: number[] = [];
    for (let index = 0; index < training.evaluationBatches; index++) {
      const result = await session.evaluate(batch('validation', index));
      scores.push(present(result[plan.metric], plan.metric).data[0] ?? NaN);
    }
    return {
      figure: meanOf(scores),
      ci95: boundedMean(scores, [plan.worst, 1], training.batch),
    };
  } finally {
    await session.dispose();
  }
}

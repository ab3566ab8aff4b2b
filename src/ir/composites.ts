/**
 * Composites of ops that networks are written in: losses, metrics and batch normalisation with its running statistics.
 */
import type { Value } from './graph.js';
import type { OpBuilder } from './op-builder.js';
import { valuesPerChannel } from './ops/batch-norm.js';

export interface BatchNormOptions {
  /** Per channel `[C]`. */
  readonly gamma: Value;
  readonly beta: Value;
  /** Running statistics: parameters that are not trainable. */
  readonly mean: Value;
  readonly variance: Value;
  readonly epsilon: number;
  /** Weight of the batch's statistics in the next running ones, as in PyTorch. */
  readonly momentum: number;
  readonly training: boolean;
}

export function batchNormalise(b: OpBuilder, x: Value, options: BatchNormOptions): Value {
  const { gamma, beta, epsilon, training } = options;
  if (!training) {
    return b.node('batchNorm', [x, gamma, beta, options.mean, options.variance], { epsilon, ofBatch: false });
  }
  const mean = b.node('batchMean', [x], {});
  const variance = b.node('batchVariance', [x, mean], {});
  // The running estimate is the unbiased variance, as in PyTorch; for a single value the biased one takes its place.
  const count = valuesPerChannel(x.shape);
  const unbiased = b.mul(variance, b.scalar(count / Math.max(count - 1, 1)));
  track(b, options.mean, mean, options.momentum);
  track(b, options.variance, unbiased, options.momentum);
  return b.node('batchNorm', [x, gamma, beta, mean, variance], { epsilon, ofBatch: true });
}

/** running ← (1 − momentum) · running + momentum · current; once per application, where a layer is applied again. */
function track(b: OpBuilder, running: Value, current: Value, momentum: number): void {
  const node = b.nodeOf(running);
  if (node.op !== 'parameter')
    throw new Error(`batchNorm: running statistics must be parameters, got ${node.op}`);
  const { name } = node.attributes as { readonly name: string };
  b.update(name, b.add(b.mul(b.latest(name), b.scalar(1 - momentum)), b.mul(current, b.scalar(momentum))));
}

export function crossEntropyLoss(b: OpBuilder, logits: Value, labels: Value, smoothing: number): Value {
  const classes = logits.shape[1];
  if (logits.shape.length !== 2 || classes === undefined || labels.shape.join() !== String(logits.shape[0])) {
    const [a, c] = [logits.shape.join(', '), labels.shape.join(', ')];
    throw new Error(`crossEntropy: needs logits [N, K] and labels [N], got [${a}] and [${c}]`);
  }
  if (!(smoothing >= 0 && smoothing < 1))
    throw new Error(`crossEntropy: smoothing must be in [0, 1), got ${smoothing}`);
  const hard = b.oneHot(labels, classes);
  const target =
    smoothing === 0 ? hard : b.add(b.mul(hard, b.scalar(1 - smoothing)), b.scalar(smoothing / classes));
  return b.neg(b.reduceMean(b.reduceSum(b.mul(target, b.logSoftmax(logits)), [1]), [0]));
}

export function meanAccuracy(b: OpBuilder, logits: Value, labels: Value): Value {
  return b.reduceMean(b.toFloat(b.equal(b.argmax(logits, 1), labels)), [0]);
}

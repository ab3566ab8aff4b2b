/**
 * Batch normalisation (Ioffe & Szegedy 2015) over N and the spatial axes of `[N, C, ...spatial]`.
 *
 * Statistics are nodes of their own, `batchMean` and `batchVariance`, so that the running estimates and the
 * gradient share them. With m values per channel, r = 1 / sqrt(variance + epsilon) and x̂ = (x − mean) · r:
 *
 *   y = γ·x̂ + β        dβ = Σ dy        dγ = Σ dy·x̂        dx = γ·r·(dy − dβ/m − x̂·dγ/m)
 *
 * so that dx is, per channel, an affine function of dy and x.
 */
import type { Shape } from '../../core/tensor.js';
import {
  defineOp,
  expectDType,
  expectShape,
  fail,
  operand,
  show,
  type NoAttributes,
  type TensorType,
} from './op.js';

/** Values per channel. */
export function valuesPerChannel(shape: Shape): number {
  return shape.reduce((product, extent, axis) => (axis === 1 ? product : product * extent), 1);
}

function channelsOf(op: string, inputs: readonly TensorType[]): Shape {
  const x = expectDType(op, operand(op, inputs, 0), 'f32').shape;
  if (x.length < 2) fail(op, `needs [N, C, ...], got ${show(x)}`);
  return [x[1] ?? 0];
}

/** Throws unless every input from `first` on holds one value per channel. */
function expectPerChannel(
  op: string,
  inputs: readonly TensorType[],
  names: readonly string[],
  first: number,
): void {
  const channels = channelsOf(op, inputs);
  names.forEach((name, i) => expectShape(op, name, operand(op, inputs, first + i).shape, channels));
}

/** `(x)` → mean per channel `[C]`. */
export const batchMean = defineOp<NoAttributes>({
  infer: (inputs) => ({ shape: channelsOf('batchMean', inputs), dtype: 'f32' }),
});

/** `(x, mean)` → biased variance per channel `[C]`. */
export const batchVariance = defineOp<NoAttributes>({
  infer: (inputs) => {
    expectPerChannel('batchVariance', inputs, ['mean'], 1);
    return { shape: channelsOf('batchVariance', inputs), dtype: 'f32' };
  },
});

export interface BatchNormAttributes {
  readonly epsilon: number;
  /**
   * True if mean and variance are those of `x` itself. The gradient for `x` then includes the part that passes through
   * them, and they receive no gradient of their own.
   */
  readonly ofBatch: boolean;
}

/** `(x, gamma, beta, mean, variance)` → normalised, scaled and shifted. */
export const batchNorm = defineOp<BatchNormAttributes>({
  infer: (inputs) => {
    expectPerChannel('batchNorm', inputs, ['gamma', 'beta', 'mean', 'variance'], 1);
    return operand('batchNorm', inputs, 0);
  },
});

export interface EpsilonAttributes {
  readonly epsilon: number;
}

/** `(x, dy, mean, variance)` → dγ `[C]`. */
export const batchNormScaleGrad = defineOp<EpsilonAttributes>({
  infer: (inputs) => {
    const op = 'batchNormScaleGrad';
    expectShape(op, 'dy', operand(op, inputs, 1).shape, operand(op, inputs, 0).shape);
    expectPerChannel(op, inputs, ['mean', 'variance'], 2);
    return { shape: channelsOf(op, inputs), dtype: 'f32' };
  },
});

/** `(x, dy, gamma, mean, variance, dgamma, dbeta)` → dx if the statistics are the batch's own. */
export const batchNormInputGrad = defineOp<EpsilonAttributes>({
  infer: (inputs) => {
    const op = 'batchNormInputGrad';
    expectShape(op, 'dy', operand(op, inputs, 1).shape, operand(op, inputs, 0).shape);
    expectPerChannel(op, inputs, ['gamma', 'mean', 'variance', 'dgamma', 'dbeta'], 2);
    return operand(op, inputs, 0);
  },
});

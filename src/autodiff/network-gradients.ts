/**
 * Gradients of the costly ops of networks: convolution, matrix product, pooling, softmax, batch normalisation.
 */
import type { Value } from '../ir/graph.js';
import { valuesPerChannel } from '../ir/ops/batch-norm.js';
import { notDifferentiable, perChannel, unbroadcast, type GradientRule, type Site } from './rule.js';

const FIRST_ORDER_ONLY = notDifferentiable(
  'a gradient itself; second derivatives are not needed by any training program',
);

export const networkGradients = {
  // y = x ⋆ w is bilinear, and so are its two gradients: each one's adjoints are the others
  conv: (({ b, inputs: [x, w], attributes, dy }) => [
    () => b.node('convInputGrad', [dy, w], { ...attributes, inputShape: x.shape }),
    () => b.node('convFilterGrad', [x, dy], { ...attributes, filterShape: w.shape }),
  ]) satisfies GradientRule<'conv'>,
  convInputGrad: (({ b, inputs: [g, w], attributes: { inputShape: _, ...attributes }, dy }) => [
    () => b.node('conv', [dy, w], attributes),
    () => b.node('convFilterGrad', [dy, g], { ...attributes, filterShape: w.shape }),
  ]) satisfies GradientRule<'convInputGrad'>,
  convFilterGrad: (({ b, inputs: [x, g], attributes: { filterShape: _, ...attributes }, dy }) => [
    () => b.node('convInputGrad', [g, dy], { ...attributes, inputShape: x.shape }),
    () => b.node('conv', [x, dy], attributes),
  ]) satisfies GradientRule<'convFilterGrad'>,

  // Y = A B: dA = dY Bᵀ, dB = Aᵀ dY; a transposed operand's gradient is transposed too
  matmul: (({ b, inputs: [A, B], attributes: { transposeA, transposeB }, dy }) => [
    () => {
      const dA = transposeA
        ? b.matmul(B, dy, { a: transposeB, b: true })
        : b.matmul(dy, B, { b: !transposeB });
      return unbroadcast(b, dA, A.shape);
    },
    () => {
      const dB = transposeB
        ? b.matmul(dy, A, { a: true, b: transposeA })
        : b.matmul(A, dy, { a: !transposeA });
      return unbroadcast(b, dB, B.shape);
    },
  ]) satisfies GradientRule<'matmul'>,

  maxPool: (({ b, inputs: [x], attributes, dy }) => [
    () => b.node('maxPoolGrad', [x, dy], attributes),
  ]) satisfies GradientRule<'maxPool'>,
  maxPoolGrad: FIRST_ORDER_ONLY,
  avgPool: (({ b, inputs: [x], attributes, dy }) => [
    () => b.node('avgPoolGrad', [dy], { ...attributes, inputShape: x.shape }),
  ]) satisfies GradientRule<'avgPool'>,
  avgPoolGrad: (({ b, attributes: { inputShape: _, ...attributes }, dy }) => [
    () => b.node('avgPool', [dy], attributes),
  ]) satisfies GradientRule<'avgPoolGrad'>,

  // d softmax = y ⊙ (dy − Σ dy ⊙ y)
  softmax: (({ b, attributes: { axis }, y, dy }) => [
    () => b.mul(y, b.sub(dy, b.reduceSum(b.mul(dy, y), [axis], true))),
  ]) satisfies GradientRule<'softmax'>,
  // d log softmax = dy − softmax · Σ dy
  logSoftmax: (({ b, attributes: { axis }, y, dy }) => [
    () => b.sub(dy, b.mul(b.exp(y), b.reduceSum(dy, [axis], true))),
  ]) satisfies GradientRule<'logSoftmax'>,

  // d mean = Σ dx / m
  batchMean: (({ b, inputs: [x], dy }) => [
    () => b.broadcastTo(perChannel(b, b.mul(dy, b.scalar(1 / valuesPerChannel(x.shape))), x.shape), x.shape),
  ]) satisfies GradientRule<'batchMean'>,
  // d var = 2/m Σ (x − mean) dx; through the mean nothing passes, since Σ (x − mean) = 0
  batchVariance: (({ b, inputs: [x, mean], dy }) => [
    () => {
      const scale = b.mul(dy, b.scalar(2 / valuesPerChannel(x.shape)));
      return b.mul(b.sub(x, perChannel(b, mean, x.shape)), perChannel(b, scale, x.shape));
    },
    null,
  ]) satisfies GradientRule<'batchVariance'>,
  batchNorm: batchNormGradients,
  batchNormScaleGrad: FIRST_ORDER_ONLY,
  batchNormInputGrad: FIRST_ORDER_ONLY,
};

/** Batch normalisation, by the formulas in `ir/ops/batch-norm.ts`, with r = 1 / sqrt(variance + epsilon). */
function batchNormGradients({ b, inputs: [x, gamma, , mean, variance], attributes, dy }: Site<'batchNorm'>) {
  const { epsilon, ofBatch } = attributes;
  const once = (make: () => Value): (() => Value) => {
    let made: Value | undefined;
    return () => (made ??= make());
  };
  const dbeta = once(() =>
    b.reduceSum(
      dy,
      dy.shape.map((_, axis) => axis).filter((axis) => axis !== 1),
    ),
  );
  const dgamma = once(() => b.node('batchNormScaleGrad', [x, dy, mean, variance], { epsilon }));
  if (ofBatch) {
    const dx = () =>
      b.node('batchNormInputGrad', [x, dy, gamma, mean, variance, dgamma(), dbeta()], { epsilon });
    return [dx, dgamma, dbeta, null, null];
  }
  const inverse = once(() => b.reciprocal(b.sqrt(b.add(variance, b.scalar(epsilon)))));
  const slope = once(() => b.mul(gamma, inverse()));
  return [
    // dx = γ·r·dy
    () => b.mul(dy, perChannel(b, slope(), x.shape)),
    dgamma,
    dbeta,
    // dmean = −γ·r·Σdy
    () => b.neg(b.mul(slope(), dbeta())),
    // dvariance = −½·γ·r²·Σ dy·x̂
    () => b.mul(b.mul(slope(), inverse()), b.mul(dgamma(), b.scalar(-0.5))),
  ];
}

/**
 * Batch normalisation and its statistics; the formulas stand in `ir/ops/batch-norm.ts`. TensorFlow.js finds what
 * passes through the statistics by itself.
 */
import { valuesPerChannel } from '../../../ir/ops/batch-norm.js';
import { perChannel, type Kernel, type T, type Tf } from './kernel.js';

/** All axes but that of the channels. */
const others = (x: T): number[] => x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);

/** (x − mean) / sqrt(variance + epsilon). */
function normalise(tf: Tf, x: T, mean: T, variance: T, epsilon: number): T {
  const deviation = tf.sqrt(tf.add(variance, epsilon));
  return tf.div(tf.sub(x, perChannel(tf, mean, x)), perChannel(tf, deviation, x));
}

export const batchNormalisation = {
  batchMean: (({ tf, inputs: [x] }) => tf.mean(x, others(x))) satisfies Kernel<'batchMean'>,
  batchVariance: (({ tf, inputs: [x, mean] }) =>
    tf.mean(tf.square(tf.sub(x, perChannel(tf, mean, x))), others(x))) satisfies Kernel<'batchVariance'>,
  batchNorm: (({ tf, inputs: [x, gamma, beta, mean, variance], attributes: { epsilon } }) =>
    tf.add(
      tf.mul(normalise(tf, x, mean, variance, epsilon), perChannel(tf, gamma, x)),
      perChannel(tf, beta, x),
    )) satisfies Kernel<'batchNorm'>,
  batchNormScaleGrad: (({ tf, inputs: [x, dy, mean, variance], attributes: { epsilon } }) =>
    tf.sum(
      tf.mul(dy, normalise(tf, x, mean, variance, epsilon)),
      others(x),
    )) satisfies Kernel<'batchNormScaleGrad'>,
  batchNormInputGrad: (({ tf, inputs, attributes: { epsilon } }) => {
    const [x, dy, gamma, mean, variance, dgamma, dbeta] = inputs;
    const count = valuesPerChannel(x.shape);
    const slope = tf.div(gamma, tf.sqrt(tf.add(variance, epsilon)));
    const through = tf.add(
      perChannel(tf, tf.div(dbeta, count), x),
      tf.mul(normalise(tf, x, mean, variance, epsilon), perChannel(tf, tf.div(dgamma, count), x)),
    );
    return tf.mul(perChannel(tf, slope, x), tf.sub(dy, through));
  }) satisfies Kernel<'batchNormInputGrad'>,
};

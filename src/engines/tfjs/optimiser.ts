/**
 * The optimisers' updates of one parameter, in the order of operations of `engines/optimisers.ts`.
 */
import type { OptimiserSpec } from '../engine.js';
import type { T, Tf } from './kernels/kernel.js';

export interface Parameter {
  readonly weights: T;
  readonly gradient: T;
  /** One per name of `momentNames`. */
  readonly moments: readonly T[];
  /** True if weight decay applies. */
  readonly decay: boolean;
}

export interface Updated {
  readonly weights: T;
  readonly moments: readonly T[];
}

/** The step's scalars as `scalarsOf` gives them. */
export type StepScalars = readonly [rate: number, first: number, second: number];

export function updated(
  tf: Tf,
  optimiser: OptimiserSpec,
  parameter: Parameter,
  scalars: StepScalars,
): Updated {
  switch (optimiser.kind) {
    case 'adamw':
      return adamw(tf, optimiser, parameter, scalars);
    case 'lamb':
      return lamb(tf, optimiser, parameter, scalars);
    case 'sgd':
      return sgd(tf, optimiser, parameter, scalars);
  }
}

type AdamW = Extract<OptimiserSpec, { kind: 'adamw' }>;
type Lamb = Extract<OptimiserSpec, { kind: 'lamb' }>;
type Sgd = Extract<OptimiserSpec, { kind: 'sgd' }>;

function adamw(
  tf: Tf,
  spec: AdamW,
  { weights, gradient, moments, decay }: Parameter,
  scalars: StepScalars,
): Updated {
  const [rate, stepSize, rootCorrection] = scalars;
  const [m, v] = moments as readonly [T, T];
  const shrunk = decay ? tf.mul(weights, 1 - rate * spec.weightDecay) : weights;
  const first = tf.add(tf.mul(m, spec.beta1), tf.mul(gradient, 1 - spec.beta1));
  const second = tf.add(tf.mul(v, spec.beta2), tf.mul(tf.square(gradient), 1 - spec.beta2));
  const denominator = tf.add(tf.div(tf.sqrt(second), rootCorrection), spec.epsilon);
  return { weights: tf.sub(shrunk, tf.mul(tf.div(first, denominator), stepSize)), moments: [first, second] };
}

function lamb(
  tf: Tf,
  spec: Lamb,
  { weights, gradient, moments, decay }: Parameter,
  [rate, stepSize, rootCorrection]: StepScalars,
): Updated {
  const [m, v] = moments as readonly [T, T];
  const first = tf.add(tf.mul(m, spec.beta1), tf.mul(gradient, 1 - spec.beta1));
  const second = tf.add(tf.mul(v, spec.beta2), tf.mul(tf.square(gradient), 1 - spec.beta2));
  const denominator = tf.add(tf.div(tf.sqrt(second), rootCorrection), spec.epsilon);
  const adaptive = tf.mul(tf.div(first, denominator), stepSize / rate);
  const direction = decay ? tf.add(adaptive, tf.mul(weights, spec.weightDecay)) : adaptive;
  const [own, other] = [tf.norm(weights), tf.norm(direction)];
  const trusted = tf.logicalAnd(tf.greater(own, 0), tf.greater(other, 0));
  const ratio = decay ? tf.where(trusted, tf.div(own, tf.maximum(other, 1e-30)), tf.onesLike(own)) : 1;
  return { weights: tf.sub(weights, tf.mul(tf.mul(direction, ratio), rate)), moments: [first, second] };
}

function sgd(
  tf: Tf,
  spec: Sgd,
  { weights, gradient, moments, decay }: Parameter,
  [rate]: StepScalars,
): Updated {
  const [buffer] = moments as readonly [T];
  const slope = decay ? tf.add(gradient, tf.mul(weights, spec.weightDecay)) : gradient;
  const velocity = tf.add(tf.mul(buffer, spec.momentum), slope);
  const direction = spec.nesterov ? tf.add(slope, tf.mul(velocity, spec.momentum)) : velocity;
  return { weights: tf.sub(weights, tf.mul(direction, rate)), moments: [velocity] };
}

/** min(1, limit / (‖g‖ + 1e-6)) over all gradients, as `torch.nn.utils.clip_grad_norm_`. */
export function clipScale(tf: Tf, gradients: readonly T[], limit: number): T {
  const total = tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient))));
  return tf.minimum(tf.div(limit, tf.add(tf.sqrt(total), 1e-6)), 1);
}

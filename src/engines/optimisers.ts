/**
 * Optimisers' updates as graph nodes, for a whole group of parameters at once.
 *
 * Values that depend on the step alone are computed by the caller in double precision and enter as scalar inputs, so
 * that late steps lose nothing.
 */
import type { Builder } from '../ir/builder.js';
import type { Value } from '../ir/graph.js';
import { sizeOf } from '../core/tensor.js';
import type { OptimiserSpec } from './engine.js';
import type { Slot } from './packing.js';

/** A group's parameters, all in one vector `[P]`. */
export interface Group {
  readonly weights: Value;
  readonly gradient: Value;
  /** One vector per name in `momentNames`. */
  readonly moments: readonly Value[];
  /** True if weight decay applies. */
  readonly decay: boolean;
  /** Where each parameter stands in the vector. */
  readonly slots: readonly Slot[];
}

export interface Updated {
  readonly weights: Value;
  readonly moments: readonly Value[];
}

/** Scalars of one step, in the order of `scalarsOf`. */
export type StepScalars = readonly [rate: Value, first: Value, second: Value];

/** Names of the vectors that an optimiser keeps beside the weights. */
export function momentNames(optimiser: OptimiserSpec): readonly string[] {
  return optimiser.kind === 'sgd' ? ['momentum_buffer'] : ['exp_avg', 'exp_avg_sq'];
}

/** Inputs of a step besides its gradient; `step` counts from 1. */
export function scalarsOf(
  optimiser: OptimiserSpec,
  rate: number,
  step: number,
): readonly [number, number, number] {
  if (optimiser.kind === 'sgd') return [rate, 0, 0];
  const { beta1, beta2 } = optimiser;
  return [rate, rate / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step)];
}

export function updateGroup(
  b: Builder,
  optimiser: OptimiserSpec,
  group: Group,
  scalars: StepScalars,
): Updated {
  switch (optimiser.kind) {
    case 'adamw':
      return adamw(b, optimiser, group, scalars);
    case 'lamb':
      return lamb(b, optimiser, group, scalars);
    case 'sgd':
      return sgd(b, optimiser, group, scalars);
  }
}

type AdamW = Extract<OptimiserSpec, { kind: 'adamw' }>;
type Lamb = Extract<OptimiserSpec, { kind: 'lamb' }>;
type Sgd = Extract<OptimiserSpec, { kind: 'sgd' }>;

/**
 * AdamW (Loshchilov & Hutter 2019), in the order of operations of `torch.optim.AdamW`:
 * θ ← θ (1 − η λ);  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
 * θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
 */
function adamw(
  b: Builder,
  spec: AdamW,
  group: Group,
  [rate, stepSize, rootCorrection]: StepScalars,
): Updated {
  const { gradient } = group;
  const [m, v] = group.moments as readonly [Value, Value];
  const shrink = b.sub(b.scalar(1), b.mul(rate, b.scalar(spec.weightDecay)));
  const weights = group.decay && spec.weightDecay !== 0 ? b.mul(group.weights, shrink) : group.weights;
  const first = b.add(b.mul(m, b.scalar(spec.beta1)), b.mul(gradient, b.scalar(1 - spec.beta1)));
  const second = b.add(b.mul(v, b.scalar(spec.beta2)), b.mul(b.square(gradient), b.scalar(1 - spec.beta2)));
  const denominator = b.add(b.div(b.sqrt(second), rootCorrection), b.scalar(spec.epsilon));
  return { weights: b.sub(weights, b.mul(b.div(first, denominator), stepSize)), moments: [first, second] };
}

/**
 * LAMB (You et al. 2020, arXiv 1904.00962, algorithm 2): u = m̂ / (√v̂ + ε) + λ θ;  θ ← θ − η · ‖θ‖ / ‖u‖ · u. As is
 * usual, parameters without decay (normalisations, biases) take u as it is.
 */
function lamb(b: Builder, spec: Lamb, group: Group, scalars: StepScalars): Updated {
  const [rate, stepSize, rootCorrection] = scalars;
  const { gradient, weights } = group;
  const [m, v] = group.moments as readonly [Value, Value];
  const first = b.add(b.mul(m, b.scalar(spec.beta1)), b.mul(gradient, b.scalar(1 - spec.beta1)));
  const second = b.add(b.mul(v, b.scalar(spec.beta2)), b.mul(b.square(gradient), b.scalar(1 - spec.beta2)));
  const denominator = b.add(b.div(b.sqrt(second), rootCorrection), b.scalar(spec.epsilon));
  // stepSize holds the rate too, and m̂ = m · stepSize / rate
  const adaptive = b.mul(b.div(first, denominator), b.div(stepSize, rate));
  const decayed = group.decay && spec.weightDecay !== 0;
  const direction = decayed ? b.add(adaptive, b.mul(weights, b.scalar(spec.weightDecay))) : adaptive;
  const scaled = group.decay ? b.mul(direction, trustRatios(b, group, direction)) : direction;
  return { weights: b.sub(weights, b.mul(scaled, rate)), moments: [first, second] };
}

/** ‖θ‖ / ‖u‖ of each parameter, over the group's vector; 1 where either is 0. */
function trustRatios(b: Builder, { weights, slots }: Group, direction: Value): Value {
  const parts = slots.map(({ shape, offset }) => {
    const norm = (value: Value): Value =>
      b.sqrt(b.reduceSum(b.square(b.slice(value, [offset], [offset + sizeOf(shape)])), [0], true));
    const [own, other] = [norm(weights), norm(direction)];
    const tiny = b.scalar(1e-30);
    const both = b.mul(b.toFloat(b.greaterEqual(own, tiny)), b.toFloat(b.greaterEqual(other, tiny)));
    const ratio = b.where(b.greaterEqual(both, b.scalar(1)), b.div(own, b.maximum(other, tiny)), b.scalar(1));
    return b.broadcastTo(ratio, [sizeOf(shape)]);
  });
  return parts.length === 1 ? (parts[0] as Value) : b.concat(parts, 0);
}

/** SGD with momentum as in `torch.optim.SGD` (no dampening); decay is added to the gradient. */
function sgd(b: Builder, spec: Sgd, group: Group, [rate]: StepScalars): Updated {
  const [buffer] = group.moments as readonly [Value];
  const decayed = group.decay && spec.weightDecay !== 0;
  const gradient = decayed
    ? b.add(group.gradient, b.mul(group.weights, b.scalar(spec.weightDecay)))
    : group.gradient;
  // A buffer of zeros makes the first step equal to torch's, which starts the buffer with the gradient.
  const velocity = b.add(b.mul(buffer, b.scalar(spec.momentum)), gradient);
  const direction = spec.nesterov ? b.add(gradient, b.mul(velocity, b.scalar(spec.momentum))) : velocity;
  return { weights: b.sub(group.weights, b.mul(direction, rate)), moments: [velocity] };
}

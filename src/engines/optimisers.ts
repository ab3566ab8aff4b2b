/**
 * Optimisers' updates as graph nodes, for a whole group of parameters at once.
 *
 * What depends on the step alone is computed by the caller in double precision and enters as scalar inputs, so
 * that late steps lose nothing.
 */
import type { Builder } from '../ir/builder.js';
import type { Value } from '../ir/graph.js';
import type { OptimiserSpec } from './engine.js';

/** A group's parameters, all in one vector `[P]`. */
export interface Group {
  readonly weights: Value;
  readonly gradient: Value;
  /** One vector per name in `momentNames`. */
  readonly moments: readonly Value[];
  /** Whether weight decay applies. */
  readonly decay: boolean;
}

export interface Updated {
  readonly weights: Value;
  readonly moments: readonly Value[];
}

/** Scalars of one step, in the order of `scalarsOf`. */
export type StepScalars = readonly [rate: Value, first: Value, second: Value];

/** Names of the vectors that an optimiser keeps beside the weights. */
export function momentNames(optimiser: OptimiserSpec): readonly string[] {
  return optimiser.kind === 'adamw' ? ['exp_avg', 'exp_avg_sq'] : ['momentum_buffer'];
}

/** What a step needs besides its gradient; `step` counts from 1. */
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
  return optimiser.kind === 'adamw' ? adamw(b, optimiser, group, scalars) : sgd(b, optimiser, group, scalars);
}

type AdamW = Extract<OptimiserSpec, { kind: 'adamw' }>;
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

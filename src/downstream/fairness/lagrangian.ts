/**
 * A constraint on a gap between groups: loss + λ · (gap − limit), where λ ≥ 0 rises while the gap is above its limit and falls
 * while it is below.
 *
 * Source: dual ascent, Boyd et al., "Distributed Optimization and Statistical Learning via ADMM", 2011, section 2.1; Cotter et
 * al., "Two-Player Games for Efficient Non-Convex Constrained Optimization", 2019, on its use where the loss is not convex.
 */
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';

export interface Constraint {
  /** Gap that is allowed, in [0, 1]. */
  readonly limit: number;
  /** Rise of λ per step and unit of excess. */
  readonly rate: number;
}

/** Name of λ among a program's parameters; a state, which no gradient trains. */
export const MULTIPLIER = 'fairness.multiplier';

/** The next λ: max(0, λ + rate · (gap − limit)). */
export function nextMultiplier(multiplier: number, gap: number, { limit, rate }: Constraint): number {
  return Math.max(0, multiplier + rate * (gap - limit));
}

/**
 * λ · (gap − limit) for a training graph, scalar. λ is a state of the program, kept in its checkpoints, and starts at 0; each
 * step uses the λ of the steps before it.
 */
export function lagrangianTerm(b: Builder, gap: Value, { limit, rate }: Constraint): Value {
  const start = { kind: 'constant', value: 0 } as const;
  const multiplier = b.parameter(MULTIPLIER, [], start, { trainable: false, shared: true, scoped: false });
  const excess = b.sub(gap, b.scalar(limit));
  b.update(MULTIPLIER, b.relu(b.add(b.latest(MULTIPLIER), b.mul(excess, b.scalar(rate)))));
  return b.mul(multiplier, excess);
}

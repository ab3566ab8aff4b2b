/**
 * Models whose outputs are logits of the event's probability in each interval, with one more, 0, for after the last.
 */
import type { Builder } from '../../../ir/builder.js';
import type { Value } from '../../../ir/graph.js';
import { indices, type DiscreteModel, type EndColumns } from './discrete.js';

/** Logits `[N, K]` and a last column of zeros. */
export function withRest(b: Builder, logits: Value): Value {
  return b.concat([logits, b.constant([logits.shape[0] ?? 1, 1], [0])], 1);
}

/** Probability of the event in each interval, `[N, K]`. */
export function intervalMasses(b: Builder, logits: Value): Value {
  const [n = 1, k = 1] = logits.shape;
  return b.slice(b.softmax(withRest(b, logits)), [0, 0], [n, k]);
}

/** −log of the probability of what is known of each row, mean over rows: the interval of its event, or all after the last whole one. */
export function massLoss(b: Builder, logits: Value, { interval, event }: EndColumns): Value {
  const all = withRest(b, logits);
  const index = indices(b, all.shape[1] ?? 1);
  const here = b.toFloat(b.equal(interval, index));
  const after = b.sub(b.scalar(1), b.toFloat(b.greaterEqual(interval, index)));
  const possible = b.add(b.mul(event, here), b.mul(b.sub(b.scalar(1), event), after));
  const known = b.where(b.greaterEqual(possible, b.scalar(0.5)), all, b.scalar(-1e9));
  return b.reduceMean(b.sub(b.logSumExp(all), b.logSumExp(known)), [0]);
}

/** Logits of the intervals, against the time after the last, that tell these hazards. */
export function massLogits(hazards: readonly number[]): readonly number[] {
  const rest = hazards.reduce((left, one) => left * (1 - one), 1);
  let left = 1;
  return hazards.map((one) => {
    const mass = left * one;
    left -= mass;
    return Math.log(mass / rest);
  });
}

export const massModel: DiscreteModel = { loss: massLoss, masses: intervalMasses, start: massLogits };

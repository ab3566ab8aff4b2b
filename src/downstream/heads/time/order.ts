/**
 * The order of rows in time, as tensors, and how well a risk follows it.
 */
import { tensor, type AnyTensor } from '../../../core/tensor.js';
import { ascending } from '../../../core/statistics/quantiles.js';
import type { Builder } from '../../../ir/builder.js';
import type { InputSpec, Value } from '../../../ir/graph.js';

/** Rank of each time, 0 for the least, the same for equal times: what 32-bit floats keep apart however near times are. */
export function ranksOf(times: readonly number[]): number[] {
  const ranks = new Map(ascending([...new Set(times)]).map((time, rank) => [time, rank]));
  return times.map((time) => ranks.get(time) ?? 0);
}

/** An input of one number for each row. */
export const column = (name: string, rows: number): InputSpec => ({ name, shape: [rows], dtype: 'f32' });

export const columnTensor = (values: readonly number[]): AnyTensor =>
  tensor([values.length], Float32Array.from(values));

/**
 * Harrell's concordance of `risk` `[N]` with the ranks of times and events `[N]`: the share of pairs, one of which is known to
 * have its event first, in which it has the higher risk; equal risks count half, no pair gives 1/2. A scalar.
 */
export function concordanceOf(b: Builder, risk: Value, rank: Value, event: Value): Value {
  const n = risk.shape[0] ?? 1;
  const [down, across] = [(x: Value) => b.reshape(x, [n, 1]), (x: Value) => b.reshape(x, [1, n])];
  const one = b.scalar(1);
  const not = (condition: Value): Value => b.sub(one, b.toFloat(condition));
  const later = not(b.greaterEqual(down(rank), across(rank)));
  const together = b.mul(b.toFloat(b.equal(down(rank), across(rank))), b.sub(one, across(event)));
  const pairs = b.mul(down(event), b.add(later, together));
  const above = not(b.greaterEqual(across(risk), down(risk)));
  const same = b.toFloat(b.equal(across(risk), down(risk)));
  const agreed = b.reduceSum(b.mul(pairs, b.add(above, b.mul(same, b.scalar(0.5)))), [0, 1]);
  const count = b.reduceSum(pairs, [0, 1]);
  const none = b.where(b.greaterEqual(count, one), b.scalar(0), b.scalar(0.5));
  return b.add(b.div(agreed, b.maximum(count, one)), none);
}

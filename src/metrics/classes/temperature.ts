/**
 * Temperature scaling: one positive number by which logits are divided, so that probabilities fit held-out rows; it changes no
 * order and no decision (Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 4.2).
 */
import { UserError } from '../../core/errors.js';

/** Temperatures are looked for between these; held-out rows that are all told rightly would ask for 0. */
export const TEMPERATURES = [0.05, 20] as const;
const HALVINGS = 60;
const LEAST_PROBABILITY = 1e-12;

/**
 * The temperature with the least log loss on held-out rows; 1 of no rows. `logits`: `[N, K]`, or log probabilities; `labels`:
 * class index `[N]`. The loss is convex in 1/T, so that its slope is brought to 0 by halving. Throws a `UserError` on a logit
 * that is not finite.
 */
export function fitTemperature(logits: readonly (readonly number[])[], labels: readonly number[]): number {
  const row = logits.findIndex((values) => !values.every(Number.isFinite));
  if (row >= 0) {
    const problem = `row ${row} has the logits ${String(logits[row])}`;
    throw new UserError({ subject: 'temperature', problem, fix: 'give finite ones' });
  }
  if (logits.length === 0) return 1;
  const [coldest, hottest] = TEMPERATURES;
  let [low, high] = [Math.log(1 / hottest), Math.log(1 / coldest)];
  if (lossSlope(logits, labels, Math.exp(low)) >= 0) return hottest;
  if (lossSlope(logits, labels, Math.exp(high)) <= 0) return coldest;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (lossSlope(logits, labels, Math.exp(middle)) < 0) low = middle;
    else high = middle;
  }
  return Math.exp(-(low + high) / 2);
}

/** Probabilities `[N, K]` of logits `[N, K]`, or of log probabilities, at a temperature. */
export function applyTemperature(logits: readonly (readonly number[])[], temperature: number): number[][] {
  return logits.map((values) => softmax(values.map((value) => value / temperature)));
}

/** Logarithms of probabilities `[N, K]`, of which none is taken for less than 1e-12: logits to scale by a temperature. */
export function logProbabilities(probabilities: readonly (readonly number[])[]): number[][] {
  return probabilities.map((row) => row.map((p) => Math.log(Math.max(LEAST_PROBABILITY, p))));
}

/** Derivative of the log loss with respect to the inverse temperature. */
function lossSlope(
  logits: readonly (readonly number[])[],
  labels: readonly number[],
  inverse: number,
): number {
  return logits.reduce((sum, values, row) => {
    const p = softmax(values.map((value) => value * inverse));
    const expected = values.reduce((mean, value, k) => mean + value * (p[k] as number), 0);
    return sum + expected - (values[labels[row] as number] as number);
  }, 0);
}

function softmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

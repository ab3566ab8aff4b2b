/**
 * Softmax regression with a ridge: the weights w and intercepts c that minimise Σ −log softmax(w·xᵢ + c)[yᵢ] + ½ · ridge · ‖w‖².
 * Intercepts are not penalised; they are taken with the mean 0 over the classes, which changes no probability.
 *
 * Source: Böhning, "Multinomial logistic regression algorithm", Annals of the Institute of Statistical Mathematics 1992.
 */
import { minimise, type NewtonState } from './newton.js';
import { dot } from './vector.js';

export interface LabelledRows {
  /** Features `[N][F]`. */
  readonly rows: readonly Float64Array[];
  /** Class of each row, from 0 to `classes` − 1; each class has a row. */
  readonly labels: readonly number[];
  readonly classes: number;
}

/** `[classes][F + 1]`, one after another: the weights of a class, and its intercept. */
export type SoftmaxWeights = Float64Array;

/** `start`: where the search for the minimum begins; absent: at zero. */
export function softmaxRegression(data: LabelledRows, ridge: number, start?: SoftmaxWeights): SoftmaxWeights {
  const width = (data.rows[0]?.length ?? 0) + 1;
  return minimise<State>(
    {
      stateAt: (at) => stateAt(data, ridge, at),
      hessianTimes: (state, vector) => hessianTimes(data, ridge, state, vector),
    },
    start ?? new Float64Array(data.classes * width),
  );
}

/** −log of the probability of each row's class. */
export function softmaxLosses({ rows, labels, classes }: LabelledRows, weights: SoftmaxWeights): number[] {
  return rows.map((row, i) => lossOf(logitsOf(row, classes, weights), labels[i] as number).loss);
}

interface State extends NewtonState {
  /** Of each row and class. */
  readonly probabilities: readonly Float64Array[];
}

function stateAt({ rows, labels, classes }: LabelledRows, ridge: number, at: Float64Array): State {
  const gradient = penaltyTimes(ridge, classes, at);
  let loss = dot(gradient, at) / 2;
  const probabilities = rows.map((row, i) => {
    const own = lossOf(logitsOf(row, classes, at), labels[i] as number);
    loss += own.loss;
    addOuter(
      gradient,
      row,
      own.probabilities.map((p, k) => (k === labels[i] ? p - 1 : p)),
    );
    return own.probabilities;
  });
  return { loss, gradient, probabilities };
}

function hessianTimes(
  { rows, classes }: LabelledRows,
  ridge: number,
  { probabilities }: State,
  vector: Float64Array,
): Float64Array {
  const product = penaltyTimes(ridge, classes, vector);
  rows.forEach((row, i) => {
    const p = probabilities[i] as Float64Array;
    const along = logitsOf(row, classes, vector);
    const mean = dot(p, along);
    addOuter(
      product,
      row,
      p.map((one, k) => one * ((along[k] as number) - mean)),
    );
  });
  return product;
}

/** The ridge times the weights; intercepts take a trace of it, so that their common part stays where it is. */
function penaltyTimes(ridge: number, classes: number, at: Float64Array): Float64Array {
  const width = at.length / classes;
  return at.map((one, j) => (j % width === width - 1 ? 1e-12 * one : ridge * one));
}

function logitsOf(row: Float64Array, classes: number, weights: Float64Array): Float64Array {
  const width = row.length + 1;
  return Float64Array.from({ length: classes }, (_, k) => {
    let sum = weights[k * width + row.length] as number;
    for (let j = 0; j < row.length; j++) sum += (weights[k * width + j] as number) * (row[j] as number);
    return sum;
  });
}

/** −log softmax, without overflow. */
function lossOf(logits: Float64Array, label: number) {
  const most = logits.reduce((largest, one) => Math.max(largest, one), -Infinity);
  const powers = logits.map((one) => Math.exp(one - most));
  const sum = powers.reduce((all, one) => all + one, 0);
  return {
    loss: Math.log(sum) + most - (logits[label] as number),
    probabilities: powers.map((one) => one / sum),
  };
}

/** sum ← sum + factors ⊗ (row, 1). */
function addOuter(sum: Float64Array, row: Float64Array, factors: Float64Array): void {
  const width = row.length + 1;
  factors.forEach((factor, k) => {
    for (let j = 0; j < row.length; j++) {
      sum[k * width + j] = (sum[k * width + j] as number) + factor * (row[j] as number);
    }
    sum[k * width + row.length] = (sum[k * width + row.length] as number) + factor;
  });
}

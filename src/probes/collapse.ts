/**
 * Whether features have collapsed: few directions, or hardly any variance.
 */
import { eigenvalues, entry, matrix, transposedProduct, type Matrix } from './matrix.js';

export interface Spread {
  /** exp of the entropy of the covariance's normalised eigenvalues (Roy & Vetterli 2007): 1 to the number of features. */
  readonly effectiveRank: number;
  /** Mean over features of the variance across samples. */
  readonly variance: number;
}

/** `x`: one row per sample. */
export function spreadOf(x: Matrix): Spread {
  const means = Array.from({ length: x.columns }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < x.rows; i++) sum += entry(x, i, j);
    return sum / x.rows;
  });
  const centred = matrix(x.rows, x.columns, (i, j) => entry(x, i, j) - (means[j] ?? 0));
  const values = eigenvalues(transposedProduct(centred, centred)).map((value) => Math.max(0, value) / x.rows);
  const total = values.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return { effectiveRank: 0, variance: 0 };
  const entropy = values
    .filter((value) => value > 0)
    .reduce((sum, value) => sum - (value / total) * Math.log(value / total), 0);
  return { effectiveRank: Math.exp(entropy), variance: total / x.columns };
}

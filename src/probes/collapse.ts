/**
 * Measures of collapsed features: few directions, or hardly any variance.
 */
import { eigenvalues } from '../core/linear-algebra/eigenvalues.js';
import { entry, matrix, transposedProduct, type Matrix } from '../core/linear-algebra/matrix.js';
import { entropyOf, sumOf } from '../core/statistics/descriptive.js';

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
  const total = sumOf(values);
  if (!(total > 0)) return { effectiveRank: 0, variance: 0 };
  return { effectiveRank: Math.exp(entropyOf(values)), variance: total / x.columns };
}

/**
 * Student's t distribution, as far as intervals of 95 % need it.
 */
import { NORMAL_975 as Z } from './normal.js';

/** Quantiles for few degrees of freedom, from 1; beyond, the expansion errs by less than 0.001. */
const QUANTILES = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706] as const;

/** 97.5 % quantile; the expansion is that of Abramowitz and Stegun 26.7.5. `freedom`: degrees of freedom, at least 1. */
export function studentQuantile(freedom: number): number {
  const known = QUANTILES[freedom - 1];
  if (known !== undefined) return known;
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
    (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), Z);
}

/** Spread of what a part tells, by which its weight is measured. */
import { squaredDeviations } from '../../../core/statistics/descriptive.js';

/** Standard deviation; 1 of values that are all equal. */
export function standardDeviationOf(values: ArrayLike<number>): number {
  return Math.sqrt(squaredDeviations(Array.from(values)) / values.length) || 1;
}

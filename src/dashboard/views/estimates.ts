/**
 * Figures with their 95 % intervals as the page shows them: null where there is no interval, since JSON knows no infinity.
 */
import { meanOf } from '../../core/statistics/descriptive.js';
import { studentInterval } from '../../core/statistics/intervals.js';
import type { Estimate } from './types.js';

/** Mean of independent values with Student's interval; null for a single value, which says nothing of its error. */
export function meanWithInterval(values: readonly number[]): Estimate {
  return { value: meanOf(values), interval: values.length < 2 ? null : studentInterval(values) };
}

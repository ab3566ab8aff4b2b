/**
 * Reference values are those of numpy.quantile, NumPy 2.4, with the methods of the same names.
 */
import { describe, expect, it } from 'vitest';
import {
  ascending,
  linearQuantile,
  lowerQuantile,
  medianOf,
  nearestQuantile,
  upperMedian,
} from '../../../src/core/statistics/quantiles.js';

const values = [2.5, -1, 7, 3, 3, 11, 0.25];
const seven = ascending(values);
const six = ascending(values.slice(0, 6));

/**
 * Half way between two values, at 0.1 and 0.9 of six, NumPy's `nearest` takes the one of even rank; the one here takes
 * the larger, and the table holds that.
 *
 * q, and the lower, nearest and linear quantile of the seven values, then of the first six.
 */
const table = [
  [0, -1, -1, -1, -1, -1, -1],
  [0.1, -1, 0.25, -0.25, -1, 2.5, 0.75],
  [0.25, 0.25, 2.5, 1.375, 2.5, 2.5, 2.625],
  [0.4, 2.5, 2.5, 2.7, 3, 3, 3],
  [0.5, 3, 3, 3, 3, 3, 3],
  [0.75, 3, 7, 5, 3, 7, 6],
  [0.9, 7, 7, 8.6, 7, 11, 9],
  [1, 11, 11, 11, 11, 11, 11],
] as const;

describe('quantiles', () => {
  it.each(table)('are those of NumPy at %f', (q, ...expected) => {
    const found = [seven, six].flatMap((sorted) => [
      lowerQuantile(sorted, q),
      nearestQuantile(sorted, q),
      linearQuantile(q, sorted.length, (rank) => sorted[rank] ?? NaN),
    ]);
    for (const [i, value] of found.entries())
      expect(value, `column ${i}`).toBeCloseTo(expected[i] ?? NaN, 12);
  });

  it('of a single value are that value, and of none undefined', () => {
    for (const q of [0, 0.3, 1]) {
      expect([lowerQuantile([4], q), nearestQuantile([4], q)]).toEqual([4, 4]);
      expect(linearQuantile(q, 1, () => 4)).toBe(4);
      expect([lowerQuantile([], q), nearestQuantile([], q)]).toEqual([undefined, undefined]);
    }
  });
});

describe('medians', () => {
  it('are the middle value, whatever the order, and differ where two are in the middle', () => {
    expect([medianOf(values), upperMedian(values)]).toEqual([3, 3]);
    const even = [10, 1, 4, 2];
    expect([medianOf(even), upperMedian(even)]).toEqual([3, 4]);
    expect(even).toEqual([10, 1, 4, 2]);
  });

  it('do not exist of no values', () => {
    expect(medianOf([])).toBeNaN();
    expect(upperMedian([])).toBeUndefined();
  });
});

/**
 * Reference values are those of NumPy 2.4 (mean, std with ddof=1, var) and SciPy 1.17 (gmean, entropy).
 */
import { describe, expect, it } from 'vitest';
import {
  entropyOf,
  geometricMean,
  meanOf,
  sampleDeviation,
  squaredDeviations,
  sumOf,
} from '../../../src/core/statistics/descriptive.js';

const values = [2.5, -1, 7, 3, 3, 11, 0.25];

describe('descriptive statistics', () => {
  it('are those of NumPy and SciPy', () => {
    expect(meanOf(values)).toBeCloseTo(3.6785714285714284, 14);
    expect(squaredDeviations(values)).toBeCloseTo(100.58928571428572, 12);
    expect(sampleDeviation(values)).toBeCloseTo(4.094493980015229, 14);
    expect(geometricMean([1, 2, 3.5, 10])).toBeCloseTo(2.8925076085190784, 14);
    expect(entropyOf([3, 1, 0, 4])).toBeCloseTo(0.9743147528693494, 14);
  });

  it('add in float64 whatever the list is made of', () => {
    const list = Float32Array.from({ length: 1000 }, () => 0.1);
    expect(sumOf(list)).toBe([...list].reduce((sum, value) => sum + value, 0));
    expect(meanOf(list)).toBe(sumOf(list) / 1000);
  });

  it('say of no values that their sum, mean and deviation are 0', () => {
    expect([sumOf([]), meanOf([]), sampleDeviation([]), sampleDeviation([3])]).toEqual([0, 0, 0, 0]);
    expect(geometricMean([])).toBeNull();
  });
});

/**
 * Resamples of patients: who is drawn, from where, and how often.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import type { Statistic } from '../../../src/metrics/finding.js';
import { bootstrapIntervals, type Clusters } from '../../../src/metrics/intervals/bootstrap.js';

const intervals = (
  statistics: readonly Statistic[],
  clusters: Clusters,
  resamples = 400,
): ReturnType<typeof bootstrapIntervals> =>
  bootstrapIntervals(
    statistics.map((statistic) => ({ statistic })),
    clusters,
    rngOf(1, 'bootstrap'),
    resamples,
  );

const sumOfRows =
  (rows: readonly number[]): Statistic =>
  (weights) => ({ value: rows.reduce((sum, row) => sum + (weights[row] ?? NaN), 0) });

describe('resampling patients', () => {
  it('draws as many patients as there are, within each fold', () => {
    const clusters = { patients: ['a', 'b', 'c', 'd', 'e'], folds: [0, 0, 1, 1, 1] };
    const [first, second, mixed] = intervals(
      [sumOfRows([0, 1]), sumOfRows([2, 3, 4]), sumOfRows([0, 2])],
      clusters,
    );
    expect(first).toEqual([2, 2]);
    expect(second).toEqual([3, 3]);
    expect(mixed).toEqual([0, 4]);
  });

  it('draws all rows of a patient together', () => {
    const clusters = { patients: ['a', 'b', 'a', 'c'], folds: [null, null, null, null] };
    const apart: Statistic = (weights) => ({ value: (weights[0] ?? NaN) - (weights[2] ?? NaN) });
    expect(intervals([apart], clusters)).toEqual([[0, 0]]);
  });

  it('has the spread of the mean of independent rows', () => {
    const rng = rngOf(3, 'values');
    const values = Array.from({ length: 200 }, () => rng.normal());
    const mean: Statistic = (weights) => ({
      value: values.reduce((sum, value, row) => sum + value * (weights[row] ?? NaN), 0) / 200,
    });
    const clusters = { patients: values.map((_, row) => `p${row}`), folds: values.map(() => null) };
    const [interval] = intervals([mean], clusters, 2000);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / 200);
    const width = (interval?.[1] ?? NaN) - (interval?.[0] ?? NaN);
    expect(width / ((2 * 1.96 * deviation) / Math.sqrt(200))).toBeCloseTo(1, 1);
  });

  it('gives no interval of one patient, of no resamples, and where a tenth is not identified', () => {
    const one = { patients: ['a', 'a'], folds: [null, null] };
    expect(intervals([sumOfRows([0])], one)).toEqual([null]);
    const three = { patients: ['a', 'b', 'c'], folds: [null, null, null] };
    expect(intervals([sumOfRows([0])], three, 0)).toEqual([null]);
    const needsFirst: Statistic = (weights) =>
      weights[0] === 0 ? { refused: 'no first row' } : { value: 1 };
    expect(intervals([needsFirst], three)).toEqual([null]);
  });
});

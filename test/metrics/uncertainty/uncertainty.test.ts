/**
 * Coverage against risk, and how a score tells two samples apart.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { isFound } from '../../../src/metrics/finding.js';
import { areaUnderRiskCoverage, riskCoverage } from '../../../src/metrics/uncertainty/risk-coverage.js';
import { separation } from '../../../src/metrics/uncertainty/separation.js';

describe('coverage against risk', () => {
  it('answers the most certain rows first', () => {
    expect(riskCoverage([0.9, 0.1, 0.5, 0.2], [1, 0, 1, 0])).toEqual({
      coverage: [0.25, 0.5, 0.75, 1],
      risk: [0, 0, 1 / 3, 1 / 2],
    });
    expect(areaUnderRiskCoverage([0.9, 0.1, 0.5, 0.2], [1, 0, 1, 0])).toEqual({
      value: (0 + 0 + 1 / 3 + 1 / 2) / 4,
      details: { excess: 0, at_random: 0.5 },
    });
  });

  it('answers rows of equal uncertainty together, whatever their order', () => {
    expect(riskCoverage([0.3, 0.3, 0.3], [1, 0, 0])).toEqual({ coverage: [1], risk: [1 / 3] });
    const forwards = areaUnderRiskCoverage([0.3, 0.3, 0.3, 0.1], [1, 0, 0, 0]);
    const backwards = areaUnderRiskCoverage([0.1, 0.3, 0.3, 0.3], [0, 0, 0, 1]);
    expect(forwards).toEqual(backwards);
    // (0 + 1/6 + 2/9 + 1/4) / 4.
    expect(isFound(forwards) && forwards.value).toBeCloseTo((1 / 6 + 2 / 9 + 1 / 4) / 4, 12);
  });

  it('is the mean error where uncertainty tells nothing, and larger where it tells the opposite', () => {
    const constant = areaUnderRiskCoverage([1, 1, 1, 1], [1, 0, 1, 0]);
    expect(isFound(constant) && constant.value).toBe(0.5);
    const opposed = areaUnderRiskCoverage([0, 1, 0, 1], [1, 0, 1, 0]);
    expect(isFound(opposed) && opposed.value).toBeGreaterThan(0.5);
    expect(areaUnderRiskCoverage([], [])).toEqual({ refused: 'there is no row' });
    expect(riskCoverage([], [])).toEqual({ coverage: [], risk: [] });
  });
});

describe('the separation of two samples', () => {
  const rng = rngOf(2, 'samples');
  const sample = (n: number, shift: number): number[] =>
    Array.from({ length: n }, () => rng.normal() + shift);

  it('is the area under the curve, with an interval that holds 0.5 for equal samples and not for others', () => {
    const same = separation({ scores: sample(80, 0) }, { scores: sample(60, 0) });
    const other = separation({ scores: sample(80, 1) }, { scores: sample(60, 0) });
    expect(same.ci95?.[0]).toBeLessThan(0.5);
    expect(same.ci95?.[1]).toBeGreaterThan(0.5);
    // Φ(1 / √2) for two normal samples one deviation apart.
    expect(other.ci95?.[0]).toBeLessThan(0.7602);
    expect(other.ci95?.[1]).toBeGreaterThan(0.7602);
    expect(other.ci95?.[0]).toBeGreaterThan(0.5);
    expect(other.n).toBe(140);
  });

  it('is wider where rows are of the same patients', () => {
    const [above, below] = [sample(30, 0.5), sample(30, 0)];
    const twice = (scores: number[]): number[] => [...scores, ...scores];
    const names = twice(above.map((_, row) => row)).map(String);
    const width = ({ ci95 }: ReturnType<typeof separation>): number =>
      (ci95?.[1] ?? NaN) - (ci95?.[0] ?? NaN);
    const ofRows = separation({ scores: twice(above) }, { scores: twice(below) });
    const ofPatients = separation(
      { scores: twice(above), patients: names },
      { scores: twice(below), patients: names },
    );
    expect(width(ofPatients)).toBeGreaterThan(1.2 * width(ofRows));
  });

  it('is refused in words where a sample is empty, and has no interval of one row each', () => {
    expect(separation({ scores: [] }, { scores: [1] }).refused).toBe('the first sample has no row');
    expect(separation({ scores: [1] }, { scores: [] }).refused).toBe('the second sample has no row');
    expect(separation({ scores: [2] }, { scores: [1] })).toEqual({ value: 1, ci95: null, n: 2 });
  });
});

/**
 * DeLong's variance against its definition by pairs, and against the bootstrap.
 */
import { describe, expect, it } from 'vitest';
import { auroc } from '../../../src/metrics/classes/auroc.js';
import { deLong } from '../../../src/metrics/classes/delong.js';
import { isFound } from '../../../src/metrics/finding.js';
import { reportOf } from '../../../src/metrics/index.js';
import { randomBinary } from '../support.js';

/** Variance by the placements of DeLong et al. 1988, equations 4 to 7, pair by pair. */
function byPairs(labels: number[], scores: number[]): number {
  const of = (side: number): number[] => scores.filter((_, row) => labels[row] === side);
  const [x, y] = [of(1), of(0)];
  const psi = (a: number, b: number): number => (a > b ? 1 : a === b ? 0.5 : 0);
  const variance = (values: number[]): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  };
  const v10 = x.map((a) => y.reduce((sum, b) => sum + psi(a, b), 0) / y.length);
  const v01 = y.map((b) => x.reduce((sum, a) => sum + psi(a, b), 0) / x.length);
  return variance(v10) / x.length + variance(v01) / y.length;
}

describe("DeLong's interval", () => {
  it('has the variance of placements, pair by pair, with ties', () => {
    for (const seed of [1, 2, 3]) {
      const { labels, p } = randomBinary(70, seed);
      const found = deLong(labels, p);
      expect(found?.variance).toBeCloseTo(byPairs(labels, p), 14);
      const area = auroc(labels, p);
      expect(found?.value).toBeCloseTo(isFound(area) ? area.value : NaN, 14);
    }
  });

  it('is told beside the bootstrap of a report, and is about as wide', () => {
    const { labels, p } = randomBinary(500, 4);
    const table = {
      patients: labels.map((_, row) => `p${row}`),
      folds: labels.map(() => null),
      outcome: { kind: 'classes', names: ['no', 'yes'], labels, probabilities: p.map((q) => [1 - q, q]) },
    } as const;
    const { auroc: told } = reportOf(table);
    const { delong_low = NaN, delong_high = NaN } = told?.details ?? {};
    const [low, high] = told?.ci95 ?? [NaN, NaN];
    expect(delong_low).toBeCloseTo(low, 1.5);
    expect((delong_high - delong_low) / (high - low)).toBeGreaterThan(0.85);
    expect((delong_high - delong_low) / (high - low)).toBeLessThan(1.15);
    const ofTwo = { ...table, patients: table.patients.map((_, row) => `p${row >> 1}`) };
    expect(reportOf(ofTwo, { resamples: 0 }).auroc?.details).not.toHaveProperty('delong_low');
  });

  it('does not exist where a class has a single row', () => {
    expect(deLong([1, 0, 0], [0.3, 0.1, 0.2])).toBeNull();
    expect(deLong([], [])).toBeNull();
  });

  it('stays within [0, 1]', () => {
    expect(deLong([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])).toMatchObject({ value: 1, interval: [1, 1] });
    expect(deLong([0, 0, 0, 1, 1], [0.1, 0.2, 0.35, 0.3, 0.4])?.interval[1]).toBe(1);
  });
});

/**
 * Reference values are those of scipy.stats.norm and scipy.stats.t, SciPy 1.17.
 */
import { describe, expect, it } from 'vitest';
import { normalCdf, normalDensity, normalQuantile } from '../../../src/core/statistics/normal.js';
import { studentQuantile } from '../../../src/core/statistics/students-t.js';

describe('the normal distribution', () => {
  it.each([
    [-3, 0.0013498980316],
    [-1.5, 0.0668072012689],
    [-0.3, 0.382088577811],
    [0.3, 0.6179114221889],
    [1, 0.8413447460685],
    [2.5, 0.9937903346742],
  ])('has below %d the published share', (z, share) => {
    expect(Math.abs(normalCdf(z) - share)).toBeLessThan(1e-7);
  });

  it.each([
    [0.001, -3.0902323],
    [0.025, -1.959964],
    [0.2, -0.8416212],
    [0.5, 0],
    [0.7, 0.5244005],
    [0.9, 1.2815516],
    [0.999, 3.0902323],
  ])('has the published quantile at %d', (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(5e-4);
  });

  it('has the published density', () => {
    expect(normalDensity(1.3)).toBeCloseTo(0.17136859204780736, 15);
    expect(normalDensity(-1.3)).toBe(normalDensity(1.3));
  });
});

describe("Student's t", () => {
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [5, 2.5706],
    [6, 2.4469],
    [7, 2.3646],
    [8, 2.306],
    [10, 2.2281],
    [15, 2.1314],
    [20, 2.086],
    [30, 2.0423],
    [60, 2.0003],
    [120, 1.9799],
    [1000, 1.9623],
  ])('has the published 97.5 %% quantile for %d degrees of freedom', (freedom, quantile) => {
    expect(Math.abs(studentQuantile(freedom) - quantile)).toBeLessThan(1e-3);
  });
});

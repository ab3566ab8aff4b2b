/**
 * Product limits by hand, with the three ways that times are tied.
 */
import { describe, expect, it } from 'vitest';
import { unitWeights } from '../../../src/metrics/finding.js';
import { orderByTime } from '../../../src/metrics/time/follow-up.js';
import { kaplanMeier, nelsonAalen, productLimit } from '../../../src/metrics/time/kaplan-meier.js';
import { survivalAt } from '../../../src/metrics/time/survival-at.js';

/** At 2: one event and one censored; at 3: two events; at 5: one censored; at 6: one of each. */
const ROWS = { times: [6, 3, 2, 2, 3, 5, 6], events: [1, 1, 1, 0, 1, 0, 0] };

const closeTo = (found: Float64Array, expected: number[]): void => {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 14));
};

describe('the product limit', () => {
  it('steps at events: Kaplan and Meier, Nelson and Aalen', () => {
    expect([...kaplanMeier(ROWS).times]).toEqual([2, 3, 5, 6]);
    closeTo(kaplanMeier(ROWS).values, [
      6 / 7,
      (6 / 7) * (3 / 5),
      (6 / 7) * (3 / 5),
      (6 / 7) * (3 / 5) * (1 / 2),
    ]);
    closeTo(nelsonAalen(ROWS).values, [1 / 7, 1 / 7 + 2 / 5, 1 / 7 + 2 / 5, 1 / 7 + 2 / 5 + 1 / 2]);
  });

  it('of censoring leaves those with an event then at risk, or not', () => {
    const limit = (ending: 'censoring' | 'censoring-tied'): Float64Array =>
      productLimit(ROWS, orderByTime(ROWS), unitWeights(7), ending);
    closeTo(limit('censoring'), [5 / 6, 5 / 6, (5 / 6) * (2 / 3), 0]);
    closeTo(limit('censoring-tied'), [6 / 7, 6 / 7, (6 / 7) * (2 / 3), (6 / 7) * (2 / 3) * (1 / 2)]);
  });

  it('is of no row and of one', () => {
    expect(kaplanMeier({ times: [], events: [] }).values.length).toBe(0);
    closeTo(kaplanMeier({ times: [4], events: [1] }).values, [0]);
    closeTo(kaplanMeier({ times: [4], events: [0] }).values, [1]);
  });
});

describe('survival at a time', () => {
  const survival = { times: [2, 4], curves: [[0.8, 0.4]] };
  it('starts at 1, is interpolated or stays, and stays after the last known time', () => {
    const at = (time: number, how: 'linear' | 'step'): number => survivalAt(survival, time, how)(0);
    expect([0, 1, 2, 3, 4, 9].map((time) => at(time, 'step'))).toEqual([1, 1, 0.8, 0.8, 0.4, 0.4]);
    [1, 0.9, 0.8, 0.6, 0.4, 0.4].forEach((value, i) => {
      expect(at([0, 1, 2, 3, 4, 9][i] ?? NaN, 'linear')).toBeCloseTo(value, 14);
    });
  });
});

/**
 * Uno's concordance against scikit-survival's published tests.
 */
import { describe, expect, it } from 'vitest';
import { isFound } from '../../../src/metrics/finding.js';
import { harrell, type RiskedRows } from '../../../src/metrics/time/concordance.js';
import { uno, type UnoOptions } from '../../../src/metrics/time/uno.js';
import { hasOutcomes, needsOutcomes, randomFollowUp, whasPredictions } from '../support.js';

const TIES = {
  events: [0, 1, 1, 0, 1, 0, 1, 0, 0, 1],
  times: [1, 5, 6, 10, 11, 34, 45, 46, 50, 56],
};
const TRAINING = { times: [2, 4, 6, 8, 10, 11, 15, 19], events: [0, 1, 0, 1, 0, 0, 0, 0] };

/** Cases of scikit-survival's `tests/test_metrics.py` (0.24), class `UnoCCases`: rows, options, concordance, numbers of pairs. */
const SKSURV: Record<string, readonly [RiskedRows, UnoOptions, readonly number[]]> = {
  'no ties': [{ ...TIES, risk: [5, 8, 11, 19, 34, 12, 3, 9, 12, 20] }, {}, [0.347890360332615, 8, 15, 0, 0]],
  'a tied risk': [
    { ...TIES, risk: [5, 8, 11, 11, 34, 12, 3, 9, 12, 20] },
    {},
    [0.365629810028969, 8, 14, 1, 0],
  ],
  'two tied risks': [
    { ...TIES, risk: [5, 8, 11, 11, 34, 12, 11, 9, 12, 20] },
    {},
    [0.387865723332956, 7, 14, 2, 0],
  ],
  'other rows tell of censoring, up to tau': [
    { times: [1, 3, 5, 8, 12, 13], events: [1, 0, 0, 1, 1, 1], risk: [5, 8, 13, 11, 9, 4] },
    { censoring: TRAINING, tau: 19 },
    [0.7543736528146774, 4, 4, 0, 0],
  ],
  'events after tau': [
    { times: TIES.times, events: [0, 1, 1, 0, 1, 0, 1, 1, 1, 1], risk: [5, 8, 11, 19, 34, 12, 3, 9, 12, 18] },
    { tau: 45.25 },
    [0.347890361949191, 8, 18, 0, 0],
  ],
  'the last row is censored, beyond those that tell of censoring': [
    { times: [1, 3, 5, 7, 12, 13, 20], events: [1, 0, 0, 1, 1, 0, 0], risk: [5, 8, 13, 11, 9, 7, 4] },
    { censoring: TRAINING },
    [0.8126567565914234, 6, 5, 0, 0],
  ],
  'tied events, of an event and a censored row': [
    {
      events: [0, 1, 0, 1, 1, 0, 1, 0, 0, 1],
      times: [1, 5, 6, 11, 11, 34, 45, 45, 50, 55],
      risk: [5, 8, 11, 19, 34, 12, 3, 9, 12, 18],
    },
    {},
    [0.4036321031048623, 11, 10, 0, 1],
  ],
  'tied events and times': [
    {
      events: [1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1],
      times: [34, 11, 11, 5, 1, 89, 13, 45, 7, 13, 9, 13, 90],
      risk: [1, 19, 13, 13, 15, 14, 19, 23, 11, 10, 11, 1, 18],
    },
    {},
    [0.46795357052737824, 14, 12, 1, 2],
  ],
};

function told(rows: RiskedRows, options?: UnoOptions): number[] {
  const finding = uno(rows, options);
  if (!isFound(finding)) throw new Error(finding.refused);
  const { concordant, discordant, tied_risk, tied_time } = finding.counts ?? {};
  return [finding.value, concordant, discordant, tied_risk, tied_time] as number[];
}

describe("Uno's concordance", () => {
  it.each(Object.entries(SKSURV))('equals that of scikit-survival: %s', (_, [rows, options, expected]) => {
    const found = told(rows, options);
    expect(found[0]).toBeCloseTo(expected[0] ?? NaN, 7);
    expect(found.slice(1)).toEqual(expected.slice(1));
  });

  it.skipIf(!hasOutcomes)(`equals the published value of WHAS500 ${needsOutcomes}`, () => {
    const found = told(whasPredictions());
    expect(found[0]).toBeCloseTo(0.7929275009049014, 7);
    expect(found.slice(1)).toEqual([57849, 17300, 0, 14]);
  });

  it("is Harrell's where no row is censored", () => {
    const rows = { ...randomFollowUp(60, 2), events: new Array<number>(60).fill(1) };
    const plain = harrell(rows);
    expect(told(rows)[0]).toBeCloseTo(isFound(plain) ? plain.value : NaN, 12);
  });

  it('is refused in words where the censoring survival is 0 at an event', () => {
    // As scikit-survival's zero_prob_1: the last row that tells of censoring is censored at 19.
    const rows = {
      times: [1, 3, 5, 7, 12, 13, 19],
      events: [1, 0, 0, 1, 1, 0, 1],
      risk: [5, 8, 13, 11, 9, 7, 4],
    };
    expect(uno(rows, { censoring: TRAINING })).toEqual({
      refused: 'the censoring survival is 0 at 19, the time of an event: choose a tau at or before it',
    });
    expect(isFound(uno(rows, { censoring: TRAINING, tau: 19 }))).toBe(true);
  });

  it('is refused in words where nothing tells of censoring at an event', () => {
    // As scikit-survival's last_time_uncensored_1: an event at 20, after an event at 19 that ends what tells of censoring.
    const rows = {
      times: [1, 3, 5, 7, 12, 13, 20],
      events: [1, 0, 0, 1, 1, 0, 1],
      risk: [5, 8, 13, 11, 9, 7, 4],
    };
    const censoring = { ...TRAINING, events: [0, 1, 0, 1, 0, 0, 0, 1] };
    const finding = uno(rows, { censoring });
    expect(isFound(finding) ? '' : finding.refused).toContain('nothing tells of censoring at 20');
  });

  it('is refused in words without a pair: no event, events only after tau, one row', () => {
    for (const [rows, options] of [
      [{ times: [1, 2], events: [0, 0], risk: [1, 2] }, {}],
      [{ times: [5, 6, 7], events: [1, 1, 0], risk: [1, 2, 3] }, { tau: 5 }],
      [{ times: [1], events: [1], risk: [1] }, {}],
    ] as const) {
      const finding = uno(rows, options);
      expect(isFound(finding) ? '' : finding.refused).toContain('no row with an event can be compared');
    }
  });
});

/**
 * Cumulative/dynamic area under the curve against scikit-survival's published tests.
 */
import { describe, expect, it } from 'vitest';
import { isFound } from '../../../src/metrics/finding.js';
import { dynamicAuc, type DynamicAucOptions } from '../../../src/metrics/time/dynamic-auc.js';
import type { RiskedRows } from '../../../src/metrics/time/concordance.js';
import { hasOutcomes, needsOutcomes, whasPredictions } from '../support.js';

const ROWS: RiskedRows & { risk: readonly number[]; times: readonly number[] } = {
  times: [
    10.88, 19.78, 40.92, 98.7, 70.19, 10.15, 28.95, 29.57, 17.9, 63.78, 36.22, 83.14, 13.69, 99.51, 3.19,
  ],
  events: [1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1],
  risk: [
    -1.019, -0.016, 0.132, 0.269, -0.777, -1.077, 0.894, -1.227, -0.417, 0.072, -1.275, -0.91, -0.825, -0.292,
    -0.045,
  ],
};
const TRAINING = {
  times: [
    77.6, 57.6, 66.6, 67.0, 31.5, 5.5, 67.4, 43.7, 31.7, 71.9, 81.1, 56.2, 88.1, 2.9, 62.0, 17.2, 88.0, 26.4,
    93.5, 79.9,
  ],
  events: [1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1],
};
/** Risks at 15, 30 and 72, of `uno_auc_time_dependent_20`. */
const CHANGING = [
  [
    0.566, 0.576, 0.506, 1.871, -0.04, 0.281, 0.335, -1.181, 1.368, -0.192, 0.955, 0.221, 0.057, -0.996,
    -1.27,
  ],
  [
    -2.658, -1.121, 1.903, -0.7, -1.013, -0.472, -0.668, -0.537, 1.659, 0.657, -1.317, -1.103, 2.159, 0.625,
    -0.067,
  ],
  [
    -1.004, -1.67, 0.775, -2.512, 1.179, 0.073, 0.103, -0.379, -0.082, -0.617, 1.287, -0.449, -0.477, 0.24,
    0.838,
  ],
];

const risks = (changed: Readonly<Record<number, number>>): RiskedRows => ({
  ...ROWS,
  risk: ROWS.risk.map((risk, row) => changed[row] ?? risk),
});

/** Cases of scikit-survival's `tests/test_metrics.py` (0.24), class `UnoCAucCases`: areas at each time, then their mean. */
const SKSURV: Record<string, readonly [RiskedRows, readonly number[], DynamicAucOptions, readonly number[]]> =
  {
    'one time': [ROWS, [28], {}, [0.362963, 0.362963]],
    'two times': [ROWS, [15, 66], {}, [0.3030303, 0.45, 0.3943949]],
    'from the first time to the last': [
      ROWS,
      [3.19, 15, 66, 99.51 - 1e-6],
      {},
      [0.6428571, 0.3030303, 0.45, 0.3162996, 0.3999539],
    ],
    'other rows tell of censoring': [
      ROWS,
      [15, 66],
      { censoring: TRAINING },
      [0.3030303, 0.4357061, 0.385509],
    ],
    'a tied time': [
      { ...ROWS, times: [19.78, ...ROWS.times.slice(1)] },
      [15, 66],
      { censoring: TRAINING },
      [0.375, 0.4357061, 0.4204885],
    ],
    'a tied risk': [
      risks({ 0: -0.045 }),
      [15, 66],
      { censoring: TRAINING },
      [0.4242424, 0.539036, 0.495604291],
    ],
    'the two lowest risks tied': [
      risks({ 10: -1.227 }),
      [15, 66],
      { censoring: TRAINING },
      [0.3030303, 0.4357061, 0.385509],
    ],
    'the two highest risks tied': [
      risks({ 6: 0.269 }),
      [15, 66],
      { censoring: TRAINING },
      [0.3030303, 0.4174082, 0.374134],
    ],
    'risks that change with time': [
      ROWS,
      [15, 30, 72],
      { censoring: TRAINING, risks: CHANGING },
      [0.3636364, 0.5247813, 0.7603, 0.5522067],
    ],
  };

function told(rows: RiskedRows, times: readonly number[], options: DynamicAucOptions): number[] {
  const finding = dynamicAuc(rows, times, options);
  if (!isFound(finding)) throw new Error(finding.refused);
  return [
    ...times.map((time) => finding.details?.[`at_${Number(time.toPrecision(6))}`] ?? NaN),
    finding.value,
  ];
}

describe('the cumulative/dynamic area under the curve', () => {
  // 98.7 and 99.51 are followed longer than TRAINING, 93.5: both are censored, and need no weight.
  it.each(Object.entries(SKSURV))(
    'equals that of scikit-survival: %s',
    (_, [rows, times, options, expected]) => {
      told(rows, times, options).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
    },
  );

  it.skipIf(!hasOutcomes)(
    `equals the published values of WHAS500, in any order of times ${needsOutcomes}`,
    () => {
      const { times, events, risk } = whasPredictions();
      const part = (from: number, to: number): RiskedRows => ({
        times: times.slice(from, to),
        events: events.slice(from, to),
        risk: risk.slice(from, to),
      });
      const expected = [0.7720669, 0.7765915, 0.7962623, 0.8759295, 0.8759295, 0.8759513, 0.9147647];
      const moments = [200, 400, 600, 800, 1000, 1200, 1400];
      const found = told(part(300, 500), moments, { censoring: part(0, 300) });
      found.slice(0, 7).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 6));
      expect(found[7]).toBeCloseTo(0.8045058, 6);
      const shuffled = [1000, 600, 1400, 200, 400, 1200, 800, 1000, 200];
      expect(told(part(300, 500), shuffled, { censoring: part(0, 300) }).at(-1)).toBe(found[7]);
    },
  );

  it.each([
    ['no event until then', [2], {}, 'no event happens until 2'],
    ['nobody is followed beyond', [99.51], {}, 'no row is followed beyond 99.51'],
    ['no time', [], {}, 'no time is given'],
    [
      'the censoring survival is 0',
      [80],
      { censoring: { times: [1, 60], events: [1, 0] } },
      'the censoring survival is 0 at 70.19',
    ],
  ])('is refused in words: %s', (_, times, options, words) => {
    const finding = dynamicAuc(ROWS, times, options);
    expect(isFound(finding) ? '' : finding.refused).toContain(words);
  });
});

/**
 * Harrell's concordance against scikit-survival's published tests, reference fits, and a plain count of pairs.
 */
import { describe, expect, it } from 'vitest';
import { isFound } from '../../../src/metrics/finding.js';
import { harrell, harrellStatistic, type RiskedRows } from '../../../src/metrics/time/concordance.js';
import {
  hasOutcomes,
  needsOutcomes,
  randomFollowUp,
  readColumns,
  readOutcome,
  whasPredictions,
} from '../support.js';

/**
 * Cases of scikit-survival's `tests/test_metrics.py` (0.24): event, time, estimate; then its concordance, and the numbers of
 * concordant and discordant pairs, of tied risks and of tied times.
 */
const SKSURV: Record<string, readonly [RiskedRows, readonly number[]]> = {
  'no censoring, all right': [
    {
      events: [1, 1, 1, 1, 1, 1, 1, 1],
      times: [1, 5, 6, 11, 34, 45, 46, 50],
      risk: [7, 6, 5, 4, 3, 2, 1, 0],
    },
    [1, 28, 0, 0, 0],
  ],
  'no censoring, all wrong': [
    {
      events: [1, 1, 1, 1, 1, 1, 1, 1],
      times: [1, 5, 6, 11, 34, 45, 46, 50],
      risk: [0, 1, 2, 3, 4, 5, 6, 7],
    },
    [0, 0, 28, 0, 0],
  ],
  'no ties': [
    {
      events: [0, 1, 1, 0, 0, 1, 0, 0],
      times: [1, 5, 6, 11, 34, 45, 46, 50],
      risk: [5, 8, 11, 34, 12, 3, 9, 12],
    },
    [0.2307692, 3, 10, 0, 0],
  ],
  'tied time': [
    {
      events: [0, 1, 1, 0, 1, 0, 1, 0, 0],
      times: [1, 5, 6, 11, 11, 34, 45, 45, 50],
      risk: [5, 8, 11, 19, 34, 12, 3, 9, 12],
    },
    [0.4, 8, 12, 0, 2],
  ],
  'tied time of censored rows': [
    {
      events: [0, 1, 1, 0, 0, 0, 1, 0, 0],
      times: [1, 5, 6, 11, 11, 34, 45, 45, 50],
      risk: [5, 8, 11, 19, 34, 12, 3, 9, 12],
    },
    [0.2, 3, 12, 0, 1],
  ],
  'tied events, in descending order': [
    {
      events: [0, 0, 1, 0, 1, 1, 0, 1, 0],
      times: [50, 45, 45, 34, 11, 11, 6, 5, 1],
      risk: [12, 9, 3, 12, 34, 19, 11, 8, 5],
    },
    [0.5294118, 9, 8, 0, 1],
  ],
  'tied risk': [
    {
      events: [0, 1, 1, 0, 1, 1, 0, 0],
      times: [1, 5, 6, 11, 34, 45, 46, 50],
      risk: [5, 15, 11, 34, 12, 3, 9, 12],
    },
    [0.59375, 9, 6, 1, 0],
  ],
  'almost tied risk': [
    {
      events: [0, 1, 1, 0, 1, 1, 0, 0],
      times: [1, 5, 6, 11, 34, 45, 46, 50],
      risk: [5, 15, 11, 34, 12 + 4.5e-9, 3, 9, 12 - 4.5e-9],
    },
    [0.59375, 9, 6, 1, 0],
  ],
  'tied event and time': [
    {
      events: [1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1],
      times: [34, 11, 11, 5, 1, 89, 13, 45, 7, 13, 9, 13],
      risk: [1, 19, 13, 13, 15, 14, 19, 23, 11, 10, 11, 1],
    },
    [0.5681818, 12, 9, 1, 2],
  ],
};

/** Concordance and numbers of pairs, pair by pair. */
function pairByPair({ times, events, risk }: RiskedRows): number[] {
  let [concordant, discordant, tiedRisk, tiedTime, tiedEvents] = [0, 0, 0, 0, 0];
  for (let i = 0; i < times.length; i++) {
    for (let j = 0; j < times.length; j++) {
      const [ti, tj, ri, rj] = [times[i], times[j], risk[i], risk[j]] as [number, number, number, number];
      if (i === j || events[i] !== 1) continue;
      if (ti === tj && events[j] === 1 && i < j) tiedEvents++;
      if (!(ti < tj || (ti === tj && events[j] === 0))) continue;
      if (ti === tj) tiedTime++;
      if (ri > rj) concordant++;
      else if (ri < rj) discordant++;
      else tiedRisk++;
    }
  }
  const all = concordant + discordant + tiedRisk;
  return [(concordant + tiedRisk / 2) / all, concordant, discordant, tiedRisk, tiedTime, tiedEvents];
}

function told(rows: RiskedRows): number[] {
  const finding = harrell(rows);
  if (!isFound(finding)) throw new Error(finding.refused);
  const { concordant, discordant, tied_risk, tied_time, tied_events } = finding.counts ?? {};
  return [finding.value, concordant, discordant, tied_risk, tied_time, tied_events] as number[];
}

describe("Harrell's concordance", () => {
  it.each(Object.entries(SKSURV))('equals that of scikit-survival: %s', (_, [rows, expected]) => {
    const found = told(rows);
    expect(found[0]).toBeCloseTo(expected[0] ?? NaN, 7);
    expect(found.slice(1, 5)).toEqual(expected.slice(1));
  });

  it.skipIf(!hasOutcomes)(`equals the published value of WHAS500 ${needsOutcomes}`, () => {
    const [value, ...counts] = told(whasPredictions());
    expect(value).toBeCloseTo(0.7697907, 7);
    expect(counts.slice(0, 4)).toEqual([57849, 17300, 0, 14]);
  });

  it('counts pairs as a loop over all of them does, with ties of risks, times and events', () => {
    for (const n of [2, 7, 40, 150]) {
      const rows = randomFollowUp(n, n);
      const expected = pairByPair(rows);
      if (!isFound(harrell(rows))) continue;
      expect(told(rows).slice(1)).toEqual(expected.slice(1));
      expect(told(rows)[0]).toBeCloseTo(expected[0] ?? NaN, 12);
    }
  });

  it('ties risks that differ by no more than 1e-8 to either side', () => {
    const pair = (difference: number): number[] =>
      told({ times: [1, 2], events: [1, 0], risk: [3, 3 + difference] }).slice(0, 4);
    expect(pair(9e-9)).toEqual([0.5, 0, 0, 1]);
    expect(pair(-9e-9)).toEqual([0.5, 0, 0, 1]);
    expect(pair(2e-8)).toEqual([0, 0, 1, 0]);
    expect(pair(-2e-8)).toEqual([1, 1, 0, 0]);
  });

  it('counts a row of weight 2 as it counts the row twice', () => {
    const rows = randomFollowUp(60, 9);
    const twice = [...rows.times.keys(), ...rows.times.keys()].filter((row, i) => i < 60 || row % 3 === 0);
    const pick = (values: number[]): number[] => twice.map((row) => values[row] ?? NaN);
    const weights = Float64Array.from(rows.times, (_, row) => (row % 3 === 0 ? 2 : 1));
    const doubled = { times: pick(rows.times), events: pick(rows.events), risk: pick(rows.risk) };
    const finding = harrellStatistic(rows)(weights);
    expect(isFound(finding) && finding.value).toBeCloseTo(told(doubled)[0] ?? NaN, 12);
  });

  it('does not depend on the order of rows or on a monotone change of risk', () => {
    const rows = randomFollowUp(80, 3);
    const back = (values: number[]): number[] => [...values].reverse();
    const turned = {
      times: back(rows.times),
      events: back(rows.events),
      risk: back(rows.risk).map((r) => Math.exp(r) + 7),
    };
    expect(told(turned)).toEqual(told(rows));
  });

  it('is 0.5 where all risks are equal', () => {
    expect(told({ ...randomFollowUp(30, 1), risk: new Array<number>(30).fill(0.3) })[0]).toBe(0.5);
  });

  it('is told from a single event', () => {
    expect(told({ times: [3, 5, 9], events: [1, 0, 0], risk: [2, 1, 3] })[0]).toBe(0.5);
  });

  it.each([
    ['no row', { times: [], events: [], risk: [] }, 'there is no row'],
    ['no event', { times: [1, 2], events: [0, 0], risk: [1, 2] }, 'no row with an event'],
    ['one row', { times: [1], events: [1], risk: [1] }, 'no row with an event'],
    [
      'the only event comes last',
      { times: [1, 2, 3], events: [0, 0, 1], risk: [1, 2, 3] },
      'no row with an event',
    ],
    ['all events at one time', { times: [2, 2], events: [1, 1], risk: [1, 2] }, 'no row with an event'],
  ])('is refused in words: %s', (_, rows, words) => {
    const finding = harrell(rows);
    expect(isFound(finding)).toBe(false);
    expect(!isFound(finding) && finding.refused).toContain(words);
  });
});

interface Reference {
  readonly columns: readonly string[];
  readonly efron: {
    readonly coef: readonly number[];
    readonly harrell: number;
    readonly pairs: readonly number[];
  };
}

describe.skipIf(!hasOutcomes)(`Harrell's concordance of reference Cox fits ${needsOutcomes}`, () => {
  const cases: [name: string, file: string, time: string, event: string][] = [
    ['rossi', 'survival/rossi.csv', 'week', 'arrest'],
    ['whas500', 'survival/whas500.csv', 'lenfol', 'fstat'],
    ['metabric', 'survival/metabric.csv', 'duration', 'event'],
    ['whas', 'survival/whas.csv', 'duration', 'event'],
    ['support', 'survival/support.csv', 'duration', 'event'],
  ];

  it.each(cases)('is that of the reference: %s', (name, file, time, event) => {
    const all = JSON.parse(readOutcome('reference/cox.json')) as Record<string, Reference>;
    const { columns, efron } = all[name] as Reference;
    const column = readColumns(file);
    const values = columns.map((key) => column(key));
    const times = column(time);
    const risk = times.map((_, row) =>
      efron.coef.reduce((sum, b, k) => sum + b * (values[k]?.[row] ?? NaN), 0),
    );
    const found = told({ times, events: column(event), risk });
    const [concordant = NaN, discordant = NaN, tied = NaN, tiedEvents] = efron.pairs;
    expect(found[0]).toBeCloseTo(efron.harrell, 5);
    expect((found[1] ?? 0) + (found[2] ?? 0) + (found[3] ?? 0)).toBe(concordant + discordant + tied);
    // The reference's coefficients have seven digits: of 34 million pairs of SUPPORT seven change sides.
    expect(Math.abs((found[1] ?? 0) - concordant)).toBeLessThanOrEqual(concordant * 1e-6);
    expect(found[5]).toBe(tiedEvents);
  });
});

/**
 * Brier scores of survival: scikit-survival's published values on the Nottingham index, pycox's definition in NumPy.
 */
import { describe, expect, it } from 'vitest';
import { isFound } from '../../../src/metrics/finding.js';
import { brierScores, integratedBrier, timeGrid } from '../../../src/metrics/time/integrated-brier.js';
import { simpson, trapezoid } from '../../../src/metrics/time/integrals.js';
import { kaplanMeier, stepAt } from '../../../src/metrics/time/kaplan-meier.js';
import type { FollowUp } from '../../../src/metrics/time/follow-up.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';
import { hasOutcomes, needsOutcomes, randomFollowUp, readColumns } from '../support.js';

/** GBSG2's rows with the survival of the third of the Nottingham prognostic index that they are in, as scikit-survival's test has it. */
function nottingham(times: readonly number[]): { rows: FollowUp; curves: number[][] } {
  const column = readColumns('survival/r_gbsg.csv');
  const [size, grade] = [column('size'), column('grade')];
  const rows = { times: column('rfstime'), events: column('status') };
  const third = size.map((millimetres, row) => {
    const index = (0.2 * millimetres) / 10 + 1 + (grade[row] ?? NaN);
    return index < 3.4 ? 0 : index <= 5.4 ? 1 : 2;
  });
  const curveOf = [0, 1, 2].map((which) => {
    const own = third.flatMap((other, row) => (other === which ? [row] : []));
    const pick = (values: number[]): number[] => own.map((row) => values[row] ?? NaN);
    const { times: steps, values } = kaplanMeier({ times: pick(rows.times), events: pick(rows.events) });
    return times.map((time) => values[stepAt(steps, time)] ?? 1);
  });
  return { rows, curves: third.map((which) => curveOf[which] ?? []) };
}

const PYCOX = `
import json, sys
import warnings
warnings.simplefilter("ignore")
import numpy as np
from scipy.integrate import simps
t, d, grid, curves = map(np.array, json.loads(sys.argv[1]))
# pycox/evaluation: kaplan_meier of censoring with all rows at risk, idx_at_times(steps="post"), brier_score, integrated_brier_score
u = np.unique(t)
at_risk = np.array([(t >= x).sum() for x in u])
censored = np.array([((t == x) & (d == 0)).sum() for x in u])
km = np.cumprod(1 - censored / at_risk)
def g(x):
    i = np.searchsorted(u, x, side="right") - 1
    return 1.0 if i < 0 else km[i]
def score(ts):
    s = curves[:, max(0, np.searchsorted(grid, ts, side="right") - 1)]
    dead, alive = (t <= ts) & (d == 1), t > ts
    w = np.zeros(len(t))
    w[dead] = [1 / g(x) for x in t[dead]]
    w[alive] = 1 / g(ts) if alive.any() else 0
    return (w * np.where(dead, s ** 2, (1 - s) ** 2)).sum() / w.sum()
ts = np.linspace(t.min(), t.max(), 100)
b = np.array([score(x) for x in ts])
print(json.dumps([float(simps(b, ts) / (ts[-1] - ts[0])), *b[[0, 30, 60, 99]]]))
`;

describe('the Brier score of survival', () => {
  it.skipIf(!hasOutcomes)(
    `equals what scikit-survival publishes of the Nottingham index ${needsOutcomes}`,
    () => {
      // scikit-survival's tests/test_metrics.py (0.24): test_brier_nottingham_many, test_ibs_nottingham_1 and 2.
      const times = [365, 730, 1095, 1460, 1825];
      const { rows, curves } = nottingham(times);
      const definition = { definition: 'scikit-survival', interpolation: 'step' } as const;
      const scores = brierScores(rows, { times, curves }, times, definition);
      const expected = [
        0.0762922458520448, 0.182536421174199, 0.220017747254941, 0.234133800146671, 0.233822955042198,
      ];
      expected.forEach((score, i) => expect(scores[i]).toBeCloseTo(score, 12));
      const integral = integratedBrier(rows, { times, curves }, { ...definition, times });
      expect(isFound(integral) && integral.value).toBeCloseTo(0.197936392255733, 12);
      const daily = Array.from({ length: 731 }, (_, day) => 1095 + day);
      const fine = nottingham(daily);
      const later = integratedBrier(
        fine.rows,
        { times: daily, curves: fine.curves },
        { ...definition, times: daily },
      );
      expect(isFound(later) && later.value).toBeCloseTo(0.231553687189643, 12);
    },
  );

  it.skipIf(!hasModule('scipy'))(
    `equals pycox's definition in NumPy, on the grid from first to last time ${needsPython}`,
    () => {
      const { times, events, risk } = randomFollowUp(150, 12);
      // pycox has no value where the last time is that of an event and of a censored row.
      const last = Math.max(...times);
      const rows = { times, events: events.map((event, row) => (times[row] === last ? 0 : event)) };
      const grid = [0, 3, 8, 14, 25, 60];
      const curves = risk.map((r) => grid.map((time) => Math.exp((-time / 30) * Math.exp(r))));
      const [integral = NaN, ...scores] = JSON.parse(
        runPython(PYCOX, [JSON.stringify([rows.times, rows.events, grid, curves])]),
      ) as number[];
      const found = integratedBrier(rows, { times: grid, curves }, { interpolation: 'step' });
      expect(isFound(found) && found.value).toBeCloseTo(integral, 12);
      const moments = timeGrid(rows);
      const own = brierScores(rows, { times: grid, curves }, moments, { interpolation: 'step' });
      [0, 30, 60, 99].forEach((at, i) => expect(own[at]).toBeCloseTo(scores[i] ?? NaN, 12));
    },
  );

  it('is 0.25 for a survival of one half at all times, whatever was censored', () => {
    const { times, events } = randomFollowUp(80, 5);
    const rows = { times: [...times, 1e4], events: [...events, 0] };
    const curves = rows.times.map(() => [0.5, 0.5]);
    const found = integratedBrier(rows, { times: [0, 1e5], curves }, { interpolation: 'step' });
    expect(isFound(found) && found.value).toBeCloseTo(0.25, 12);
  });

  it.each([
    ['no event', { times: [1, 2, 3], events: [0, 0, 0] }, 'no row has an event'],
    ['one row', { times: [4], events: [1] }, 'all times are equal'],
    ['no row', { times: [], events: [] }, 'all times are equal'],
    [
      'an event at the last time, at which another row is censored',
      { times: [1, 2, 3, 3], events: [1, 0, 1, 0] },
      'the censoring survival is 0 at 3',
    ],
  ])('is refused in words: %s', (_, rows, words) => {
    const curves = rows.times.map(() => [0.9, 0.2]);
    const options = { definition: 'scikit-survival' } as const;
    const finding = integratedBrier(rows, { times: [1, 3], curves }, options);
    expect(isFound(finding) ? '' : finding.refused).toContain(words);
  });
});

describe('integrals', () => {
  it('by Simpson are exact for parabolas on an odd number of places, and near on an even one', () => {
    const places = (n: number): number[] => Array.from({ length: n }, (_, i) => (3 * i) / (n - 1));
    const integral = (n: number): number =>
      simpson(
        places(n).map((x) => x * x),
        places(n),
      );
    expect(integral(7)).toBeCloseTo(9, 12);
    expect(integral(100)).toBeCloseTo(9, 3);
    expect(trapezoid([1, 3], [0, 2])).toBe(4);
    expect(simpson([1], [0])).toBe(0);
  });
});

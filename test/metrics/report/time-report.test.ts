/**
 * Reports of times to an event: what needs survival curves, folds, and what ties at the last time refuse.
 */
import { describe, expect, it } from 'vitest';
import { isFound } from '../../../src/metrics/finding.js';
import { mainMetric, reportOf, type OutcomeTable, type TimeOutcome } from '../../../src/metrics/index.js';
import { integratedBrier } from '../../../src/metrics/time/integrated-brier.js';
import { uno } from '../../../src/metrics/time/uno.js';
import { randomFollowUp } from '../support.js';

function timedTable(n: number, seed: number, folds = 0): OutcomeTable & { readonly outcome: TimeOutcome } {
  const { times, events, risk } = randomFollowUp(n, seed);
  // The last row is censored alone, so that all events have a weight; nobody has one at 0, where all curves are 1.
  const ends = {
    times: [...times.map((time) => time + 1), 1000],
    events: [...events, 0],
    risk: [...risk, 0],
  };
  const grid = [1, 5, 10, 20, 40, 80];
  const curves = ends.risk.map((r) => grid.map((time) => Math.exp((-time / 20) * Math.exp(r))));
  return {
    patients: ends.times.map((_, row) => `p${row}`),
    folds: ends.times.map((_, row) => (folds === 0 ? null : row % folds)),
    outcome: { kind: 'time', ...ends, survival: { times: grid, curves } },
  };
}

describe('a report of times to an event', () => {
  it('tells all metrics with intervals that hold their values', () => {
    const table = timedTable(150, 3);
    const metrics = reportOf(table);
    expect(Object.keys(metrics)).toEqual([
      'harrell',
      'uno',
      'antolini',
      'cumulative_dynamic_auc',
      'integrated_brier',
      'd_calibration',
    ]);
    for (const [name, { value, ci95, n }] of Object.entries(metrics)) {
      expect(n, name).toBe(151);
      if (name === 'd_calibration') {
        expect(ci95).toBeNull();
        continue;
      }
      expect(ci95?.[0], name).toBeLessThan(value ?? NaN);
      expect(ci95?.[1], name).toBeGreaterThan(value ?? NaN);
    }
    expect(metrics['antolini']?.value).toBeCloseTo(metrics['harrell']?.value ?? NaN, 6);
    const own = integratedBrier(table.outcome, table.outcome.survival ?? { times: [], curves: [] });
    expect(metrics['integrated_brier']?.value).toBe(isFound(own) ? own.value : NaN);
  });

  it('says that curves are missing where only a risk is known', () => {
    const { outcome, ...rest } = timedTable(30, 1);
    const { survival: _, ...risked } = outcome;
    const metrics = reportOf({ ...rest, outcome: risked }, { resamples: 0 });
    expect(metrics['harrell']?.value).toBeGreaterThan(0.5);
    for (const name of ['antolini', 'integrated_brier', 'd_calibration']) {
      expect(metrics[name]?.refused).toBe('the rows have a risk, but no predicted survival');
    }
  });

  it('compares rows within folds, while all of them tell of censoring', () => {
    const table = timedTable(90, 5, 3);
    const { times, events, risk } = table.outcome;
    const ofFold = [0, 1, 2].map((fold) => {
      const own = times.flatMap((_, row) => (row % 3 === fold ? [row] : []));
      const pick = (values: readonly number[]): number[] => own.map((row) => values[row] ?? NaN);
      const rows = { times: pick(times), events: pick(events), risk: pick(risk) };
      const finding = uno(rows, { censoring: { times, events } });
      return isFound(finding) ? finding.value : NaN;
    });
    const told = reportOf(table, { resamples: 100 })['uno'];
    expect(told?.value).toBeCloseTo(ofFold.reduce((sum, value) => sum + value, 0) / 3, 12);
    expect(told?.details).toMatchObject({ folds: 3, folds_left_out: 0 });
    expect(told?.ci95?.[0]).toBeLessThan(told?.value ?? NaN);
  });

  it('refuses what an event at the time of the last censoring does not identify, and tells it up to tau', () => {
    const table: OutcomeTable = {
      patients: ['a', 'b', 'c', 'd', 'e'],
      folds: [null, null, null, null, null],
      outcome: { kind: 'time', times: [1, 2, 4, 4, 3], events: [1, 1, 1, 0, 0], risk: [5, 4, 3, 2, 1] },
    };
    const { uno: refused, harrell } = reportOf(table);
    expect(harrell?.value).toBe(1);
    expect(refused).toMatchObject({ value: null, ci95: null });
    expect(refused?.refused).toContain('the censoring survival is 0 at 4');
    expect(reportOf(table, { tau: 4 })['uno']?.value).toBe(1);
  });

  it('has no value and no NaN without an event, and with one row', () => {
    const none = timedTable(10, 1);
    const without: OutcomeTable = {
      ...none,
      outcome: { ...none.outcome, events: none.outcome.times.map(() => 0) },
    };
    for (const metric of Object.values(reportOf(without))) {
      if (metric.value === null) expect(metric.refused).toMatch(/\w/);
    }
    expect(JSON.stringify(reportOf(without))).not.toMatch(/NaN|Infinity/);
    const one: OutcomeTable = {
      patients: ['a'],
      folds: [null],
      outcome: {
        kind: 'time',
        times: [3],
        events: [1],
        risk: [1],
        survival: { times: [3], curves: [[0.5]] },
      },
    };
    expect(Object.values(reportOf(one)).every(({ value }) => value === null)).toBe(true);
  });

  it('tells the value of a single event, but no interval', () => {
    const table: OutcomeTable = {
      patients: ['a', 'b', 'c', 'd'],
      folds: [null, null, null, null],
      outcome: { kind: 'time', times: [2, 3, 5, 8], events: [1, 0, 0, 0], risk: [3, 4, 1, 2] },
    };
    const { harrell } = reportOf(table);
    expect(harrell?.value).toBeCloseTo(2 / 3, 12);
    expect(harrell?.ci95).toBeNull();
  });
});

describe('the main metric', () => {
  it('is the one that is maximised of each kind of outcome', () => {
    expect((['classes', 'value', 'time'] as const).map(mainMetric)).toEqual(['auroc', 'r2', 'harrell']);
  });
});

/**
 * Reports of a table: what is told of each metric, with folds and without.
 */
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { reportOf, type OutcomeTable } from '../../../src/metrics/index.js';
import { randomBinary, randomFollowUp } from '../support.js';

function binaryTable(n: number, seed = 1): OutcomeTable {
  const { labels, p } = randomBinary(n, seed);
  return {
    patients: labels.map((_, row) => `p${row}`),
    folds: labels.map(() => null),
    outcome: { kind: 'classes', names: ['no', 'yes'], labels, probabilities: p.map((q) => [1 - q, q]) },
  };
}

function timeTable(n: number, seed = 1): OutcomeTable {
  const { times, events, risk } = randomFollowUp(n, seed);
  return {
    patients: times.map((_, row) => `p${row}`),
    folds: times.map(() => null),
    outcome: { kind: 'time', times, events, risk },
  };
}

/** The rows of a table in another order. */
function reordered(table: OutcomeTable, rows: number[]): OutcomeTable {
  const pick = <T>(values: readonly T[]): T[] => rows.map((row) => values[row] as T);
  if (table.outcome.kind !== 'time') throw new Error('not a table of times');
  const { times, events, risk } = table.outcome;
  return {
    patients: pick(table.patients),
    folds: pick(table.folds),
    outcome: { kind: 'time', times: pick(times), events: pick(events), risk: pick(risk) },
  };
}

describe('a report', () => {
  it('tells each metric with an interval that holds the value and narrows with the number of rows', () => {
    const widths = [60, 600].map((n) => {
      const { auroc } = reportOf(binaryTable(n));
      const [low, high] = auroc?.ci95 ?? [NaN, NaN];
      expect(low).toBeLessThan(auroc?.value ?? NaN);
      expect(high).toBeGreaterThan(auroc?.value ?? NaN);
      expect(auroc?.n).toBe(n);
      return high - low;
    });
    expect(widths[1]).toBeLessThan((widths[0] ?? NaN) / 2);
  });

  it('has equal intervals for equal seeds, whatever the order of rows, and others for other seeds', () => {
    const table = timeTable(80);
    const backwards = reordered(table, [...table.patients.keys()].reverse());
    const [told, again, other] = [
      reportOf(table, { seed: [3] }),
      reportOf(backwards, { seed: [3] }),
      reportOf(table, { seed: [4] }),
    ];
    expect(reportOf(table, { seed: [3] })).toEqual(told);
    // Sums of weights that are no whole numbers depend on their order in the last bits.
    expect(again.harrell).toEqual(told.harrell);
    expect(again.cumulative_dynamic_auc?.ci95?.[0]).toBeCloseTo(
      told.cumulative_dynamic_auc?.ci95?.[0] ?? NaN,
      12,
    );
    expect(other.harrell?.ci95).not.toEqual(told.harrell?.ci95);
  });

  it('has wider intervals where rows are copies of the same patients', () => {
    const once = timeTable(60);
    const twice = reordered(once, [...once.patients.keys(), ...once.patients.keys()]);
    const asOthers = { ...twice, patients: twice.patients.map((_, row) => `q${row}`) };
    const width = (table: OutcomeTable): number => {
      const [low, high] = reportOf(table).harrell?.ci95 ?? [NaN, NaN];
      return high - low;
    };
    expect(width(twice)).toBeCloseTo(width(once), 1);
    expect(width(asOthers)).toBeLessThan(0.85 * width(twice));
  });

  it('compares rows within folds only, and tells the mean over folds', () => {
    // Each fold is told apart perfectly, on a scale of its own: together they would not be.
    const table: OutcomeTable = {
      patients: ['a', 'b', 'c', 'd'],
      folds: [0, 0, 1, 1],
      outcome: {
        kind: 'classes',
        names: ['no', 'yes'],
        labels: [0, 1, 0, 1],
        probabilities: [0.1, 0.2, 0.8, 0.9].map((p) => [1 - p, p]),
      },
    };
    const { auroc, accuracy } = reportOf(table);
    expect(auroc).toMatchObject({ value: 1, n: 4, details: { folds: 2, folds_left_out: 0, positives: 2 } });
    expect(accuracy).toMatchObject({ value: 0.5, n: 4 });
    expect(reportOf({ ...table, folds: [null, null, null, null] }).auroc?.value).toBe(0.75);
  });

  it('leaves out folds that do not identify a metric, and counts them', () => {
    const table: OutcomeTable = {
      patients: ['a', 'b', 'c', 'd'],
      folds: [0, 0, 1, 1],
      outcome: { kind: 'time', times: [1, 2, 3, 4], events: [1, 1, 0, 0], risk: [4, 3, 2, 1] },
    };
    expect(reportOf(table).harrell).toMatchObject({
      value: 1,
      n: 2,
      details: { folds: 1, folds_left_out: 1 },
    });
  });

  it('says in words what the rows do not identify, and is never NaN', () => {
    const table = binaryTable(6);
    const ofOneClass: OutcomeTable = {
      ...table,
      outcome: { ...table.outcome, kind: 'classes', labels: [1, 1, 1, 1, 1, 1] } as OutcomeTable['outcome'],
    };
    const { auroc } = reportOf(ofOneClass);
    expect(auroc).toEqual({ value: null, ci95: null, n: 6, refused: 'all rows are of class "yes"' });
    expect(JSON.stringify(reportOf(ofOneClass))).not.toContain('NaN');
  });

  it('has no interval where it rests on one or two patients, whom a tenth of all resamples miss', () => {
    const { patients, folds, outcome } = binaryTable(40);
    const rare = (count: number): OutcomeTable => ({
      patients,
      folds,
      outcome: {
        ...outcome,
        labels: patients.map((_, row) => (row < count ? 1 : 0)),
      } as OutcomeTable['outcome'],
    });
    expect(reportOf(rare(2)).auroc).toMatchObject({ ci95: null, details: { positives: 2 } });
    expect(reportOf(rare(4)).auroc?.ci95).not.toBeNull();
    expect(reportOf(rare(2)).accuracy?.ci95).not.toBeNull();
  });

  it('has no interval where there is one patient, and none of no rows', () => {
    const value: OutcomeTable = {
      patients: ['a', 'a'],
      folds: [null, null],
      outcome: { kind: 'value', values: [1, 2], predictions: [1, 3] },
    };
    expect(reportOf(value)).toMatchObject({
      r2: { value: -1, ci95: null },
      mae: { value: 0.5, ci95: null },
      rmse: { value: Math.sqrt(0.5) },
    });
    const none: OutcomeTable = {
      patients: [],
      folds: [],
      outcome: { kind: 'value', values: [], predictions: [] },
    };
    expect(reportOf(none).mae).toEqual({ value: null, ci95: null, n: 0, refused: 'there is no row' });
  });

  it('takes probabilities that rounding took beyond 1 for 1, and refuses those that are no probabilities', () => {
    const table = binaryTable(30);
    const first = (p: number): OutcomeTable => ({
      ...table,
      outcome: {
        ...table.outcome,
        probabilities: table.patients.map((_, row) => (row === 0 ? [1 - p, p] : [0.4, 0.6])),
      } as OutcomeTable['outcome'],
    });
    expect(reportOf(first(1 + 1e-7), { resamples: 0 })).toEqual(reportOf(first(1), { resamples: 0 }));
    expect(() => reportOf(first(1.01))).toThrow(/^predictions: row 0 has the probabilities /);
  });

  it('refuses a table that is not sound in one line that names the row', () => {
    const table = timeTable(5);
    const broken = { ...table, outcome: { ...table.outcome, events: [1, 0, 2, 0, 1] } } as OutcomeTable;
    expect(() => reportOf(broken, { subject: 'TEST.csv' })).toThrow(UserError);
    expect(() => reportOf(broken, { subject: 'TEST.csv' })).toThrow(/^TEST.csv: row 2 has the event 2; /);
    const short = { ...table, folds: [null] };
    expect(() => reportOf(short)).toThrow('predictions: has 5 rows, but 1 of fold; ');
  });
});

/**
 * Reports of groups: gaps on tables made by hand, and what is refused of groups that lack something.
 */
import { describe, expect, it } from 'vitest';
import { groupReport, type OutcomeTable } from '../../../src/metrics/index.js';
import { randomBinary, randomFollowUp } from '../support.js';

/** Rows of two groups: label, decision, group; a probability says which way it is decided. */
function decided(rows: readonly (readonly [label: number, decision: number, group: string | null])[]): {
  table: OutcomeTable;
  sex: (string | null)[];
} {
  const p = rows.map(([, decision]) => (decision === 1 ? 0.8 : 0.3));
  return {
    sex: rows.map(([, , group]) => group),
    table: {
      patients: rows.map((_, row) => `p${row}`),
      folds: rows.map(() => null),
      outcome: {
        kind: 'classes',
        names: ['no', 'yes'],
        labels: rows.map(([label]) => label),
        probabilities: p.map((q) => [1 - q, q]),
      },
    },
  };
}

// female: 2 of 4 decided for the class, true positives 1 of 2, false positives 1 of 2;
// male: 4 of 5 decided for it, true positives 2 of 2, false positives 2 of 3.
const { table, sex } = decided([
  [1, 1, 'female'],
  [1, 0, 'female'],
  [0, 1, 'female'],
  [0, 0, 'female'],
  [1, 1, 'male'],
  [1, 1, 'male'],
  [0, 1, 'male'],
  [0, 1, 'male'],
  [0, 0, 'male'],
]);

describe('gaps between groups', () => {
  const { sex: gaps } = groupReport(table, { sex }, { resamples: 0 }).fairness;

  it.each([
    ['demographic_parity_difference', 4 / 5 - 2 / 4],
    ['demographic_parity_ratio', 2 / 4 / (4 / 5)],
    ['equal_opportunity_difference', 1 - 1 / 2],
    ['equal_opportunity_ratio', 1 / 2],
    ['equalised_odds_difference', 1 / 2],
    ['equalised_odds_ratio', 1 / 2],
    ['worst_accuracy', 2 / 4],
    ['worst_balanced_accuracy', 1 / 2],
  ])('are as counted by hand: %s', (name, expected) => {
    expect(gaps?.[name]?.value).toBeCloseTo(expected, 12);
    expect(gaps?.[name]?.n).toBe(9);
  });

  it('name the worst group of each metric', () => {
    expect(gaps?.['worst_accuracy']).toMatchObject({
      group: 'female',
      details: { groups: 2, groups_left_out: 0 },
    });
  });

  it('are the largest possible where one group is always right and the other always wrong', () => {
    const { table: opposed, sex: groups } = decided([
      [1, 1, 'a'],
      [0, 0, 'a'],
      [1, 0, 'b'],
      [0, 1, 'b'],
    ]);
    const { fairness } = groupReport(opposed, { sex: groups }, { resamples: 0 });
    expect(fairness['sex']).toMatchObject({
      demographic_parity_difference: { value: 0 },
      equal_opportunity_difference: { value: 1 },
      equalised_odds_difference: { value: 1 },
      equalised_odds_ratio: { value: 0 },
      worst_accuracy: { value: 0, group: 'b' },
      auroc_difference: { value: 1 },
      auroc_ratio: { value: 0 },
    });
  });

  it('take the larger gap of both rates for equalised odds, also where it is that of false positives', () => {
    const { table: alarmed, sex: groups } = decided([
      [1, 1, 'a'],
      [0, 0, 'a'],
      [0, 0, 'a'],
      [1, 1, 'b'],
      [0, 1, 'b'],
      [0, 0, 'b'],
    ]);
    expect(groupReport(alarmed, { sex: groups }, { resamples: 0 }).fairness['sex']).toMatchObject({
      equal_opportunity_difference: { value: 0 },
      equalised_odds_difference: { value: 0.5 },
      equal_opportunity_ratio: { value: 1 },
      equalised_odds_ratio: { value: 0 },
    });
  });

  it('follow the decisions that are handed in', () => {
    const decisions = table.patients.map(() => 1);
    const { fairness } = groupReport(table, { sex }, { resamples: 0, decisions });
    expect(fairness['sex']).toMatchObject({
      demographic_parity_difference: { value: 0 },
      equalised_odds_ratio: { value: 1 },
    });
  });

  it('have intervals from resampled patients, equal for equal seeds', () => {
    const { labels, p } = randomBinary(300, 6);
    const large: OutcomeTable = {
      patients: labels.map((_, row) => `p${row}`),
      folds: labels.map(() => null),
      outcome: { kind: 'classes', names: ['no', 'yes'], labels, probabilities: p.map((q) => [1 - q, q]) },
    };
    const site = labels.map((_, row) => ['A', 'B', 'C'][row % 3] as string);
    const report = groupReport(large, { site }, { resamples: 200 });
    const [low, high] = report.fairness['site']?.['demographic_parity_difference']?.ci95 ?? [NaN, NaN];
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeGreaterThan(low);
    expect(high).toBeLessThan(0.5);
    expect(report.groups['site']?.['A']).toMatchObject({ n: 100 });
    const auroc = report.groups['site']?.['B']?.metrics['auroc'];
    expect(auroc?.ci95?.[0]).toBeLessThan(auroc?.value ?? NaN);
    expect(groupReport(large, { site }, { resamples: 200 })).toEqual(report);
  });
});

describe('groups that lack something', () => {
  it('are refused in words where a group has no row of a class, and keep what needs none', () => {
    const { table: lacking, sex: groups } = decided([
      [1, 1, 'a'],
      [0, 0, 'a'],
      [0, 0, 'b'],
      [0, 1, 'b'],
    ]);
    const report = groupReport(lacking, { sex: groups }, { resamples: 50 });
    const words = 'group "b": no row is of class "yes"';
    expect(report.fairness['sex']).toMatchObject({
      demographic_parity_ratio: { value: 1 },
      equal_opportunity_ratio: { value: null, ci95: null, refused: words },
      equalised_odds_ratio: { value: null, refused: words },
      auroc_difference: { value: null, refused: words },
      worst_auroc: { value: 1, group: 'a', details: { groups_left_out: 1 } },
      worst_accuracy: { value: 0.5, group: 'b' },
    });
    expect(report.groups['sex']?.['b']?.metrics['auroc']).toMatchObject({ value: null, n: 2 });
    expect(JSON.stringify(report)).not.toMatch(/NaN|Infinity/);
  });

  it('are refused in words where there is one group, or none', () => {
    const one = groupReport(table, { sex: sex.map(() => 'female') }, { resamples: 0 });
    expect(one.fairness['sex']?.['demographic_parity_difference']?.refused).toBe(
      'all rows are of group "female"',
    );
    const none = groupReport(table, { sex: sex.map(() => null) }, { resamples: 0 });
    expect(none.fairness['sex']?.['demographic_parity_difference']?.refused).toBe('no row has a group');
    expect(none).toMatchObject({ groups: { sex: {} }, missing: { sex: 9 } });
  });

  it('refuse a ratio of 0 to 0', () => {
    const { table: never, sex: groups } = decided([
      [1, 0, 'a'],
      [0, 0, 'a'],
      [1, 0, 'b'],
      [0, 0, 'b'],
    ]);
    const { fairness } = groupReport(never, { sex: groups }, { resamples: 0 });
    expect(fairness['sex']?.['demographic_parity_ratio']?.refused).toContain('0/0');
    expect(fairness['sex']?.['demographic_parity_difference']?.value).toBe(0);
  });

  it('refuses an attribute that is not told of each row', () => {
    expect(() => groupReport(table, { sex: ['female'] }, { subject: 'TEST.csv' })).toThrow(
      'TEST.csv: has 9 rows, but 1 of sex; give one for each row',
    );
  });

  it('leaves rows without a group out of all groups, and counts them', () => {
    const report = groupReport(table, { sex: ['', null, ...sex.slice(2)] }, { resamples: 0 });
    expect(report.missing).toEqual({ sex: 2 });
    expect(report.groups['sex']?.['female']?.n).toBe(2);
    expect(report.fairness['sex']?.['worst_accuracy']?.n).toBe(7);
  });
});

describe('groups of other outcomes', () => {
  it('are compared by the main metric: r2 of values', () => {
    const values: OutcomeTable = {
      patients: ['a', 'b', 'c', 'd'],
      folds: [null, null, null, null],
      outcome: { kind: 'value', values: [1, 3, 1, 3], predictions: [1, 3, 3, 1] },
    };
    const { fairness } = groupReport(values, { sex: ['f', 'f', 'm', 'm'] }, { resamples: 0 });
    expect(fairness['sex']).toMatchObject({
      r2_difference: { value: 4 },
      r2_ratio: { value: null, refused: 'a value is negative, so that a ratio says nothing' },
      worst_r2: { value: -3, group: 'm' },
      worst_mae: { value: 2, group: 'm' },
    });
    expect(fairness['sex']).not.toHaveProperty('demographic_parity_difference');
  });

  it('are compared by the main metric: concordance of times, within folds', () => {
    const { times, events, risk } = randomFollowUp(120, 2);
    const timed: OutcomeTable = {
      patients: times.map((_, row) => `p${row}`),
      folds: times.map((_, row) => row % 2),
      outcome: { kind: 'time', times, events, risk },
    };
    const report = groupReport(
      timed,
      { sex: times.map((_, row) => (row % 3 === 0 ? 'f' : 'm')) },
      { resamples: 50 },
    );
    const [f, m] = ['f', 'm'].map((group) => report.groups['sex']?.[group]?.metrics['harrell']);
    expect(f?.details).toMatchObject({ folds: 2 });
    expect(report.fairness['sex']?.['harrell_difference']?.value).toBeCloseTo(
      Math.abs((f?.value ?? NaN) - (m?.value ?? NaN)),
      12,
    );
    expect(report.fairness['sex']?.['worst_harrell']?.value).toBe(Math.min(f?.value ?? NaN, m?.value ?? NaN));
  });
});

describe('three classes', () => {
  it('are compared by the worst gap over classes', () => {
    const three: OutcomeTable = {
      patients: ['a', 'b', 'c', 'd'],
      folds: [null, null, null, null],
      outcome: {
        kind: 'classes',
        names: ['x', 'y', 'z'],
        labels: [0, 1, 0, 2],
        probabilities: [
          [1, 0, 0],
          [0, 1, 0],
          [1, 0, 0],
          [1, 0, 0],
        ],
      },
    };
    const { fairness } = groupReport(three, { sex: ['f', 'f', 'm', 'm'] }, { resamples: 0 });
    // Class x: 1 of 2 against 2 of 2; y: 1 of 2 against none; z: none at all.
    expect(fairness['sex']?.['demographic_parity_difference']?.value).toBe(0.5);
    expect(fairness['sex']?.['equal_opportunity_difference']?.refused).toBe(
      'group "m": no row is of class "y"',
    );
  });
});

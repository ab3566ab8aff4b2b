import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { thresholdReport } from '../../../src/downstream/fairness/threshold-report.js';
import type { PredictionSplit, PredictionTable } from '../../../src/downstream/predictions/table.js';

/** Scores of women are lower by .3, whatever they have. */
function tableOf(
  split: (row: number) => PredictionSplit,
  fold: (row: number) => number | null,
): PredictionTable {
  const rng = rngOf('threshold report');
  const rows = Array.from({ length: 200 }, (_, i) => {
    const label = rng.bool(0.4) ? 1 : 0;
    const sex = i % 2 === 0 ? 'f' : 'm';
    const score = Math.min(
      0.99,
      Math.max(0.01, 0.45 + 0.25 * label + 0.1 * rng.normal() - (sex === 'f' ? 0.3 : 0)),
    );
    return { label, sex, score };
  });
  return {
    rows: rows.map((_, i) => ({ patient: `p${i}`, path: '', split: split(i), fold: fold(i) })),
    outcome: {
      kind: 'classes',
      names: ['well', 'ill'],
      labels: rows.map(({ label }) => label),
      probabilities: rows.map(({ score }) => [1 - score, score]),
    },
    groups: { sex: rows.map(({ sex }) => sex) },
  };
}

const task = { attribute: 'sex', criterion: 'equal-opportunity', limit: 0.05 } as const;
const GAP = 'equal_opportunity_difference';

describe('the report of thresholds per group', () => {
  it.each([
    [
      'other folds',
      tableOf(
        () => 'train',
        (row) => row % 5,
      ),
    ],
    [
      'test',
      tableOf(
        (row) => (row < 120 ? 'train' : 'test'),
        (row) => (row < 120 ? row % 5 : null),
      ),
    ],
    [
      'the rows that they were fitted to',
      tableOf(
        (row) => (row < 80 ? 'train' : 'validation'),
        () => null,
      ),
    ],
  ] as const)('tells what they change, measured on %s', (place, table) => {
    const report = thresholdReport(table, task, [0]);
    expect(report.measured_on).toBe(place);
    const [before, after] = [report.before?.[GAP], report.after?.[GAP]];
    expect(before?.value).toBeGreaterThan(0.4);
    expect(after?.value).toBeLessThan(0.3);
    expect(report.after?.['balanced_accuracy']?.value).toBeGreaterThan(
      report.before?.['balanced_accuracy']?.value ?? NaN,
    );
    expect(report.thresholds?.['f'] ?? NaN).toBeLessThan(report.thresholds?.['m'] ?? NaN);
  });

  it('refuses rows that the model learned from, and more than two classes', () => {
    const learnt = tableOf(
      () => 'train',
      () => null,
    );
    expect(thresholdReport(learnt, task, [0]).refused).toMatch(/did not learn from/);
    const values: PredictionTable = {
      ...learnt,
      outcome: { kind: 'value', values: [1], predictions: [1] },
      rows: learnt.rows.slice(0, 1),
    };
    expect(thresholdReport(values, task, [0]).refused).toBe('thresholds are for two classes');
  });
});

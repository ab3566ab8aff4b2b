/**
 * A real table: KiTS23's, of which a manifest is made. Its data are not part of voxolve; without them, nothing is tested here.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { applyCovariates, encodeCovariates } from '../../../src/downstream/cohort/encode.js';
import { foldsOf } from '../../../src/downstream/cohort/folds.js';
import { summaryOf } from '../../../src/downstream/cohort/summary.js';
import { solveCox } from '../../../src/downstream/heads/time/cox-newton.js';
import { pickRows, type TimeTargets } from '../../../src/downstream/targets.js';
import { readTable } from '../../../src/scans/folder/table.js';
import { cohortOf, refusalOf } from './tables.js';

const path = join(import.meta.dirname, '../../../../shared/data/outcomes/kits23/kits23_table.csv');
const given = existsSync(path);

/** The table with names that a manifest has; `change` of a row's cells. */
function manifest(change: (row: Record<string, string>) => Record<string, string> = () => ({})): string[] {
  const rows = readTable(path).map((row) => {
    const cell = (name: string): string => row[name] ?? '';
    const own = {
      patient: cell('case'),
      label: /^[34]/.test(cell('t_stage')) ? 'pT3-4' : 'below',
      time: cell('days'),
      event: cell('dead'),
      x_age: cell('age'),
      x_bmi: cell('bmi'),
      x_smoking: cell('smoking'),
      x_sex: cell('sex'),
      x_tumor_ml: cell('tumor_ml'),
      x_egfr: cell('egfr'),
      s_sex: cell('sex'),
    };
    return { ...own, ...change(own) };
  });
  return [Object.keys(present(rows[0], 'a row')).join(), ...rows.map((row) => Object.values(row).join())];
}

describe.skipIf(!given)('KiTS23 (needs ../shared/data/outcomes)', () => {
  it('is read with its times, of which six are 0, and its gaps', () => {
    const cohort = cohortOf(manifest(), { targets: 'time' });
    const { targets } = cohort;
    expect(targets.kind === 'time' && targets.times.filter((time) => time === 0)).toHaveLength(6);
    const raw = readTable(path);
    const summary = summaryOf(cohort);
    const dead = raw.filter((row) => row['dead'] === '1').length;
    expect(summary).toMatchObject({
      rows: 489,
      patients: 489,
      splits: [{ split: 'train', rows: 489, patients: 489, events: dead }],
      remarks: ['the head learns time and event; label of the manifest are not read'],
    });
    const sexes = new Set(raw.map((row) => row['sex'])).size;
    expect(summary.columns).toContainEqual({ column: 's_sex', kind: 'group', missing: 0, values: sexes });
    const missing = raw.filter((row) => row['egfr'] === '').length;
    expect(summary.columns).toContainEqual({ column: 'x_egfr', kind: 'number', missing });
  });

  it('has five folds with as many deaths each, to within one, and columns that Cox’s regression is solved on in each', () => {
    const cohort = cohortOf(manifest(), { targets: 'time' });
    const folds = foldsOf(cohort, 5, 0);
    const { targets } = cohort;
    const events = targets.kind === 'time' ? targets.events : [];
    const deaths = [1, 2, 3, 4, 5].map(
      (fold) => events.filter((event, row) => event === 1 && folds[row] === fold).length,
    );
    expect(Math.max(...deaths) - Math.min(...deaths)).toBeLessThanOrEqual(1);
    for (const held of [1, 2, 3, 4, 5]) {
      const train = [...folds.keys()].filter((row) => folds[row] !== held);
      const plan = encodeCovariates(cohort, train, { identified: true });
      const { data, shape } = applyCovariates(plan, cohort.covariates, [...folds.keys()]);
      expect(shape).toEqual([489, plan.columns.length]);
      expect(data.every(Number.isFinite)).toBe(true);
      const tensorOfTrain = applyCovariates(plan, cohort.covariates, train);
      expect(() =>
        solveCox(tensorOfTrain, pickRows(targets, train) as TimeTargets, 'efron', 0),
      ).not.toThrow();
    }
  });

  it('is refused where a text stands among its numbers', () => {
    const first = readTable(path).findIndex((row) => (row['egfr'] ?? '') !== '');
    const patient = readTable(path)[first]?.['case'] ?? '';
    const lines = manifest((row) => (row['patient'] === patient ? { x_egfr: '>=90' } : {}));
    expect(refusalOf(lines, { targets: 'time' })).toBe(
      `m.csv line ${first + 2}: x_egfr is ">=90", but a number in most rows; write a number, or leave it empty`,
    );
  });
});

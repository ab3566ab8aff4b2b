import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateTable } from '../../../src/api/evaluate.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();
const whas = new URL('../../../../shared/data/outcomes/reference/whas500_predictions.csv', import.meta.url);

function tableOf(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

describe('a table of predictions made elsewhere', () => {
  it.skipIf(!existsSync(whas))('has the concordance that scikit-survival tells (needs shared data)', () => {
    const predictions = tableOf('whas.csv', ['event,time,risk', readFileSync(whas, 'utf8').trim()]);
    const { splits, metrics, headline } = evaluateTable({ predictions });
    expect(headline).toBe('predictions');
    expect(splits.predictions?.n).toBe(500);
    expect(metrics['harrell']?.value).toBeCloseTo(0.7697907, 7);
    expect(metrics['harrell']?.details).toMatchObject({ concordant: 57849, discordant: 17300 });
    expect(metrics['uno']?.value).toBeCloseTo(0.7929275, 7);
  });

  it('may be of classes, of values, or of times, and each split is told by itself', () => {
    const classes = evaluateTable({
      predictions: tableOf('classes.csv', [
        'label,p_well,p_ill,split',
        ...['well,0.9,0.1', 'ill,0.3,0.7', 'well,0.6,0.4', 'ill,0.2,0.8'].map(
          (row, i) => `${row},${i < 2 ? 'train' : 'test'}`,
        ),
      ]),
    });
    expect(Object.keys(classes.splits)).toEqual(['train', 'test']);
    expect(classes.headline).toBe('test');
    expect(classes.metrics['auroc']).toMatchObject({ value: 1, n: 2 });
    const values = evaluateTable({
      predictions: tableOf('values.csv', ['value,prediction', '1,1.5', '2,2', '3,2.5']),
    });
    expect(values.main).toBe('r2');
    expect(values.metrics['mae']?.value).toBeCloseTo(1 / 3, 12);
  });

  it('refuses what its rows do not identify, and never says NaN', () => {
    const path = tableOf('one-class.csv', ['label,p_well,p_ill', 'ill,0.3,0.7', 'ill,0.2,0.8']);
    const report = evaluateTable({ predictions: path });
    expect(report.metrics['auroc']).toMatchObject({ value: null, ci95: null });
    expect(report.metrics['auroc']?.refused).toMatch(/class/);
    expect(JSON.stringify(report)).not.toMatch(/NaN|Infinity/);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('tells how many errors are left where only the most certain rows are answered', () => {
    // Most certain first: right, right, wrong, right; half of four rows leave none of one error.
    const rows = ['well,0.9,0.1', 'ill,0.2,0.8', 'ill,0.7,0.3', 'well,0.6,0.4'];
    const report = evaluateTable({ predictions: tableOf('coverage.csv', ['label,p_well,p_ill', ...rows]) });
    const { coverage } = report.splits.predictions ?? {};
    expect(coverage?.by).toBe('1 - greatest probability');
    expect(coverage?.risk).toEqual({ '0.5': 0, '0.8': 0.25, '0.9': 0.25, '1': 0.25 });
    // (0 + 0 + 1/3 + 1/4) / 4
    expect(coverage?.area).toBeCloseTo(7 / 48, 12);
    expect(coverage?.area_at_random).toBe(0.25);
  });
});

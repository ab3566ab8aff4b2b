import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateRun, evaluateTable } from '../../../src/api/evaluate.js';
import { writeReport } from '../../../src/api/reporting/write.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();

/** A finished run of 40 scans with a report. */
async function runOf(name: string): Promise<string> {
  const run = join(folder, name);
  mkdirSync(run);
  const rows = Array.from({ length: 40 }, (_, i) => {
    const [label, p] = [i % 2, (((i * 37) % 100) / 100 + (i % 2)) / 2];
    return `p${i},${i}.nii,${i < 20 ? 'train' : 'test'},,${['well', 'ill'][label] ?? ''},${1 - p},${p},${i % 3 === 0 ? 'f' : 'm'},${i % 4}`;
  });
  const path = join(run, 'predictions.csv');
  writeFileSync(path, ['patient,path,split,fold,label,p_well,p_ill,s_sex,site', ...rows].join('\n'));
  const report = evaluateTable({ predictions: path });
  await writeReport(run, { ...report, task: 'tumour', coefficients: { x_age: 0.25 }, remarks: ['a remark'] });
  return run;
}

describe('a run', () => {
  it('gives its report again from predictions.csv, with what does not follow from them', async () => {
    const run = await runOf('as-it-was');
    const { report, differences } = evaluateRun({ run });
    expect(differences).toEqual([]);
    expect(report).toEqual(JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')));
    expect(report).toMatchObject({ task: 'tumour', coefficients: { x_age: 0.25 }, headline: 'test' });
  });

  it('whose predictions were changed afterwards is told, with the first place that differs', async () => {
    const run = await runOf('changed');
    const path = join(run, 'predictions.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace('p39,39.nii,test,,ill', 'p39,39.nii,test,,well'));
    const { differences } = evaluateRun({ run });
    expect(differences.length).toBeGreaterThan(0);
    const accuracy = differences.find((one) => one.path === 'splits.test.metrics.balanced_accuracy.value');
    expect(accuracy?.recorded).not.toEqual(accuracy?.derived);
    expect(differences.every(({ path: at }) => !at.startsWith('splits.train'))).toBe(true);
  });

  it('tells the groups that are asked for, and refuses an attribute that it does not have', async () => {
    const run = await runOf('groups');
    const { report, differences } = evaluateRun({ run, groups: ['site'] });
    expect(Object.keys(report.splits.test?.groups ?? {})).toEqual(['site']);
    expect(Object.keys(report.splits.test?.groups['site'] ?? {})).toEqual(['0', '1', '2', '3']);
    expect(differences).toEqual([]);
    expect(() => evaluateRun({ run, groups: ['age'] })).toThrow(
      /has no attribute "age"; name some of sex, site/,
    );
  });

  it('that has not finished, or is none, is refused with the fix', () => {
    expect(() => evaluateRun({ run: join(folder, 'absent') })).toThrow(/absent: does not exist.*finished/);
    expect(() => evaluateRun({ run: folder })).toThrow(/holds no report\.json; name the folder/);
  });
});

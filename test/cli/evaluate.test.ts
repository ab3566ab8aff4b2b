/**
 * `voxolve evaluate` as a user types it: of runs, of tables made elsewhere, of other cohorts and scans.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import type { Report } from '../../src/api/reporting/report.js';
import type { Finished } from '../support/cli.js';
import { succeedHere, voxolveHere } from '../support/cli-here.js';
import { writeEncoder, writeNoise, writeScans } from '../support/outcomes.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const cache = { VOXOLVE_CACHE: join(folder, 'cache') };
process.env['VOXOLVE_CACHE'] = cache.VOXOLVE_CACHE;
const at = (...names: string[]): string => join(folder, ...names);

const run = at('run');
const scans = at('scans');
const manifest = writeScans(scans, 40, (row) => (row < 28 ? '' : 'test'));
const FILES = ['predictions.csv', 'report.json', 'report.md', 'run.json'];

const evaluate = (...args: string[]): Promise<Finished> => voxolveHere(['evaluate', ...args], cache);
const reportOf = ({ stdout }: Finished): Report => JSON.parse(stdout) as Report;
const recorded = (name: string): Report =>
  JSON.parse(readFileSync(join(name, 'report.json'), 'utf8')) as Report;

function writeTable(name: string, lines: readonly string[]): string {
  writeFileSync(at(name), `${lines.join('\n')}\n`);
  return at(name);
}

describe('voxolve evaluate', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const encoder = writeEncoder(at('encoder'));
    const task = { name: 'spheres', head: 'evidential', training: { steps: 100 } };
    await finetune({ task, encoder, scans, manifest, output: run, workers: 1, folds: 2 });
  });

  it('tells a run its report again, as JSON or as text, and writes nothing', async () => {
    const json = await succeedHere(['evaluate', run, '--json']);
    expect(reportOf(json)).toEqual(recorded(run));
    expect(json.stderr).toBe('');
    const { stdout } = await succeedHere(['evaluate', run]);
    expect(stdout).toMatch(
      /cross-validation: 28 rows, 28 patients\n.*test: 12 rows, 12 patients\n.*auroc +[01]\.\d+ +/s,
    );
    expect(existsSync(join(run, 'evaluations'))).toBe(false);
  });

  it('says where a report does not follow from its predictions, and exits with 1', async () => {
    const tampered = at('tampered');
    cpSync(run, tampered, { recursive: true });
    const path = join(tampered, 'predictions.csv');
    const table = readFileSync(path, 'utf8');
    const changed = table.replace(/^(p39,.*?,test,,)(ill|well)/m, (_, before: string, label: string) => {
      return before + (label === 'ill' ? 'well' : 'ill');
    });
    expect(changed).not.toBe(table);
    writeFileSync(path, changed);
    const { code, stderr, stdout } = await evaluate(tampered, '--json');
    expect(code).toBe(1);
    expect(stderr.trimEnd()).toMatch(
      /^report\.json differs from predictions\.csv in \d+ places: metrics\.\S+ is \S+, but the predictions give \S+$/,
    );
    expect(reportOf({ stdout } as Finished).metrics).not.toEqual(recorded(tampered).metrics);
  });

  it('computes metrics of tables made elsewhere: classes, values, times', async () => {
    const classes = writeTable('classes.csv', [
      'label,p_well,p_ill,s_sex',
      ...['well,0.9,0.1,f', 'ill,0.3,0.7,f', 'well,0.2,0.8,m', 'ill,0.4,0.6,m'],
    ]);
    const told = reportOf(await succeedHere(['evaluate', '--predictions', classes, '--json']));
    expect(told.headline).toBe('predictions');
    // Of the four pairs of an ill and a well, both with the well of .1 are in order, none with that of .8.
    expect(told.metrics['auroc']).toMatchObject({ value: 0.5, n: 4 });
    expect(told.splits.predictions?.groups['sex']?.['f']?.metrics['auroc']?.value).toBe(1);
    expect(told.splits.predictions?.groups['sex']?.['m']?.metrics['auroc']?.value).toBe(0);
    const values = writeTable('values.csv', ['value,prediction', '1,1.5', '2,2', '3,2.5', '6,6']);
    const { metrics } = reportOf(await succeedHere(['evaluate', '--predictions', values, '--json']));
    expect(metrics['mae']?.value).toBeCloseTo(0.25, 12);
    expect(metrics['r2']?.value).toBeCloseTo(1 - 0.5 / 14, 12);
    const times = writeTable('times.csv', ['time,event,risk', '1,1,3', '2,1,1', '3,0,2', '4,1,0']);
    const survival = reportOf(await succeedHere(['evaluate', '--predictions', times, '--json']));
    // Comparable: 1 before the three others, 2 before 3 and 4; only 2 and 3 are out of order.
    expect(survival.metrics['harrell']).toMatchObject({ value: 0.8, n: 4 });
  });

  it('answers for another cohort and other scans by the run alone, and leaves the run as it is', async () => {
    const before = FILES.map((name) => readFileSync(join(run, name), 'utf8'));
    writeNoise(at('noise'), 6);
    const args = ['--scans', scans, '--manifest', manifest, '--ood', at('noise')];
    const outside = await succeedHere(['evaluate', run, ...args, '-o', at('made')], cache);
    expect(outside.stdout).toMatch(
      /test: 12 rows.*scans of another kind, against 12 rows of test\n.*uncertainty +/s,
    );
    expect(outside.stderr).toContain(`written to ${at('made')}`);
    expect(recorded(at('made')).splits.test?.metrics['auroc']?.value).toBe(
      recorded(run).splits.test?.metrics['auroc']?.value,
    );
    const own = reportOf(await succeedHere(['evaluate', run, '--ood', at('noise'), '--json'], cache));
    expect(own.ood).toEqual(recorded(at('made')).ood);
    expect(own.splits).toEqual(recorded(run).splits);
    expect(FILES.map((name) => readFileSync(join(run, name), 'utf8'))).toEqual(before);
  });

  it.each([
    ['nothing', [], /was not told what to evaluate/],
    ['a run and a table', [run, '--predictions', 'x.csv'], /was told two things to evaluate/],
    ['a table that is not there', ['--predictions', at('absent.csv')], /absent\.csv/],
    [
      'foreign scans of a table',
      ['--predictions', manifest, '--ood', scans],
      /--ood: concerns the model of a run/,
    ],
    [
      'scans that no table names',
      [run, '--scans', scans],
      /--scans: concerns other scans, which no table names/,
    ],
    ['a table without its scans', [run, '--manifest', manifest], /--scans: is missing/],
  ] as const)('refuses %s in one line', async (_, args, expected) => {
    const { code, stdout, stderr } = await evaluate(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
    expect(stderr).toMatch(expected);
  });
});

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsView } from '../../../src/dashboard/views/runs.js';
import type { RunsView } from '../../../src/dashboard/views/types.js';
import { openStore, type Store } from '../../../src/store/index.js';
import { toyExperimentIn } from '../../study/simulation.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();
const outside = temporaryFolder();
let store: Store;

const report = {
  remarks: ['few rows'],
  splits: {
    test: {
      n: 40,
      metrics: {
        auroc: { value: 0.8, ci95: [0.7, 0.9], n: 40 },
        brier: { value: 0.1, ci95: null, n: 40 },
        c: { value: null, ci95: null, n: 0, refused: 'no events' },
        odd: 'text',
      },
    },
  },
};

function write(path: string, content: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}

beforeAll(() => {
  store = openStore(join(folder, 'search.db'), 'create');
  toyExperimentIn(store);
  write('outcome/run.json', '{}');
  write('outcome/report.json', JSON.stringify(report));
  write('outcome/evaluations/abroad/report.json', JSON.stringify(report));
  write('unfinished/run.json', '{}');
  write('broken/report.json', '{"splits": ');
  write('binary/run.json', '{}');
  writeFileSync(join(folder, 'binary', 'report.json'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
  write('counts/report.json', '{"files": 3}');
  write('plain/notes.txt', 'no run');
  write(
    '<img src=x onerror=alert(1)>/report.json',
    JSON.stringify({ splits: { '</script>': { metrics: { ['x'.repeat(10_000)]: { value: 1 } } } } }),
  );
  write(
    'infinite/report.json',
    '{"splits": {"test": {"metrics": {"auroc": {"value": 1e999, "ci95": [0, 1e999]}}}}}',
  );
  write('folder/run.json', '{}');
  mkdirSync(join(folder, 'folder', 'report.json'));
  // Links that lead out.
  writeFileSync(join(outside, 'report.json'), JSON.stringify(report));
  mkdirSync(join(folder, 'linked'));
  symlinkSync(join(outside, 'report.json'), join(folder, 'linked', 'report.json'));
  symlinkSync(outside, join(folder, 'way-out'));
  symlinkSync(outside, join(folder, 'outcome', 'evaluations', 'way-out'));
  symlinkSync(outside, join(folder, 'plain', 'evaluations'));
});
afterAll(() => store.close());

function runNamed(name: string): RunsView['runs'][number] | undefined {
  return runsView(store, toyExperimentIn(store)).runs.find((run) => run.name === name);
}

describe('runs beside a database', () => {
  it('are told with their metrics by split, intervals, refusals and remarks', () => {
    expect(runNamed('outcome')).toEqual({
      name: 'outcome',
      kind: 'fine-tuning',
      metrics: [
        { name: 'auroc', value: { value: 0.8, interval: [0.7, 0.9] }, split: 'test' },
        { name: 'brier', value: { value: 0.1, interval: null }, split: 'test' },
      ],
      notes: ['few rows', 'test: c: no events', 'test: odd has not the form of a metric'],
    });
  });

  it('have evaluations on other scans', () => {
    const run = runNamed('outcome/evaluations/abroad');
    expect(run?.kind).toBe('evaluation');
    expect(run?.metrics[0]).toMatchObject({ name: 'auroc', value: { value: 0.8 } });
  });

  it.each([
    ['unfinished', 'it has no report.json yet: the run has not finished'],
    ['broken', 'report.json is not JSON'],
    ['binary', 'report.json cannot be read'],
    ['folder', 'report.json is no file'],
    ['linked', 'report.json is a link, which is not followed'],
  ])('say why there are no figures: %s', (name, note) => {
    expect(runNamed(name)).toMatchObject({ metrics: [], notes: [note] });
  });

  it('are no folders without a run, and no links to folders outside', () => {
    const { runs } = runsView(store, toyExperimentIn(store));
    const names = runs.map(({ name }) => name);
    for (const none of [
      'counts',
      'plain',
      'way-out',
      'outcome/evaluations/way-out',
      'plain/evaluations/way-out',
    ])
      expect(names).not.toContain(none);
    expect(names.some((name) => name.startsWith('plain'))).toBe(false);
  });

  it('give hostile names as plain text of bounded length, and no infinity', () => {
    const hostile = runNamed('<img src=x onerror=alert(1)>');
    expect(hostile?.metrics[0]?.name.length).toBeLessThan(400);
    expect(hostile?.metrics[0]?.split).toBe('</script>');
    expect(runNamed('infinite')).toMatchObject({
      metrics: [],
      notes: ['test: auroc has not the form of a metric'],
    });
  });
});

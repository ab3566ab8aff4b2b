/**
 * A stacked final model on other rows and scans, held to what its run told and to what its exported code tells.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateForeign, evaluateOther } from '../../../src/api/evaluate.js';
import { finetune } from '../../../src/api/finetune.js';
import type { Report } from '../../../src/api/reporting/report.js';
import type { MetaModel } from '../../../src/downstream/fusion/meta/meta.js';
import { writeEncoder, writeNoise, writeScans } from '../../support/outcomes.js';
import { csvRows, expectTestRows, predictedRows, type CsvRow } from '../../support/predicted.js';
import { needsPython, python } from '../../support/python.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();
process.env['VOXOLVE_CACHE'] = join(folder, 'cache');
const scans = join(folder, 'scans');
const ROWS = 30;
const splitOf = (row: number): string => (row < 16 ? 'train' : row < 22 ? 'validation' : 'test');

const training = { steps: 20, evaluateEvery: 10 };
const tasks = {
  classes: { head: 'evidential', training },
  value: { head: 'value' },
  time: { head: 'cox', training: { penalty: 0.1 } },
  trained: { head: 'classes', training: { ...training, steps: 4 }, encoder: { train: 'full' } },
} as const;
type Kind = keyof typeof tasks;
const kinds = Object.keys(tasks) as Kind[];
const runOf = (kind: Kind): string => join(folder, kind);

/** Columns of the outcome, from the class. */
function outcomeOf(kind: Kind, label: string | undefined, row: number): Record<string, string | number> {
  const length = (label === 'ill' ? 2 : 6) + (row % 4);
  if (kind === 'time') return { time: length, event: row % 8 ? 1 : 0 };
  return kind === 'value' ? { value: length } : { label: label ?? '' };
}

function writeTable(name: string, rows: readonly Record<string, string | number | undefined>[]): string {
  const path = join(folder, name);
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((column) => row[column] ?? ''))];
  writeFileSync(path, `${lines.map((line) => line.join(',')).join('\n')}\n`);
  return path;
}

/** The rows with the outcome of this kind in the place of the class, each changed as `change` says. */
function tableFor(
  kind: Kind,
  name: string,
  rows: readonly CsvRow[],
  change: (row: number) => object = () => ({}),
): string {
  return writeTable(
    `${kind}-${name}.csv`,
    rows.map(({ label, ...row }, i) => ({ ...row, ...outcomeOf(kind, label, i), ...change(i) })),
  );
}

/** Expects the columns of predictions to be the same in both, row by row. */
function expectSame(found: readonly CsvRow[], expected: readonly CsvRow[], distance: number): void {
  const byPath = new Map(found.map((row) => [row['path'], row]));
  const names = Object.keys(expected[0] ?? {}).filter((name) => /^(p_|risk|surv_|prediction)/.test(name));
  expect(names.length).toBeGreaterThan(0);
  for (const row of expected)
    for (const name of names)
      expect(
        Math.abs(Number(byPath.get(row['path'])?.[name]) - Number(row[name])),
        `${name} of ${row['path'] ?? ''}`,
      ).toBeLessThan(distance * Math.max(1, Math.abs(Number(row[name]))));
}

describe('a stacked model', { timeout: 120_000 }, () => {
  const manifests = new Map<Kind, string>();
  let rows: CsvRow[] = [];
  beforeAll(async () => {
    rows = csvRows(writeScans(scans, ROWS, splitOf));
    const encoder = writeEncoder(join(folder, 'encoder'));
    for (const kind of kinds) {
      const manifest = tableFor(kind, 'manifest', rows);
      manifests.set(kind, manifest);
      const task = { ...tasks[kind], name: kind, fusion: 'meta' };
      await finetune({ task, encoder, scans, manifest, output: runOf(kind), workers: 1 });
    }
  }, 120_000);

  it.each(kinds)('of %s answers for the test rows as its run did', async (kind) => {
    const output = join(folder, `${kind}-again`);
    const manifest = manifests.get(kind) ?? '';
    const { report } = await evaluateOther({ run: runOf(kind), manifest, scans, output });
    const told = csvRows(join(output, 'predictions.csv'));
    const own = csvRows(join(runOf(kind), 'predictions.csv')).filter(({ split }) => split === 'test');
    expect(told).toHaveLength(8);
    expect(Object.keys(told[0] ?? {})).toEqual(Object.keys(own[0] ?? {}));
    expectSame(told, own, 1e-5);
    expect(report.headline).toBe('test');
  });

  it.each(kinds)('of %s has the weights of its parts, and what they chose, in its report', (kind) => {
    const { choices } = JSON.parse(readFileSync(join(runOf(kind), 'report.json'), 'utf8')) as Report;
    const { weights } = JSON.parse(
      readFileSync(join(runOf(kind), 'fits', 'final', 'meta.json'), 'utf8'),
    ) as MetaModel;
    expect(choices?.['final']?.weights).toEqual(weights);
    const parts = ['final/scan', 'final/table'].map((part) => choices?.[part]);
    if (kind === 'value') for (const part of parts) expect(part?.penalty).toBeGreaterThan(0);
    else if (kind === 'time') expect(parts).toEqual([undefined, undefined]);
    else for (const part of parts) expect(part?.steps).toBe(tasks[kind].training.steps);
  });

  it.skipIf(python === undefined).each(['time', 'trained'] as const)(
    `of %s answers for other rows as its exported code does ${needsPython}`,
    async (kind) => {
      // Other covariates for the same scans, one of them missing.
      const manifest = tableFor(kind, 'others', rows, (row) => ({
        patient: `q${row}`,
        x_age: row === 3 ? '' : 45 + 2 * row,
        split: '',
      }));
      const output = join(folder, `${kind}-others`);
      await evaluateOther({ run: runOf(kind), manifest, scans, output });
      const told = csvRows(join(output, 'predictions.csv'));
      expect(told).toHaveLength(ROWS);
      expectSame(predictedRows(runOf(kind), manifest, '--scans', scans), told, 1e-3);
      const [first = ''] = Object.keys(told[0] ?? {}).filter((name) => /^(p_|risk|prediction)/.test(name));
      expect(new Set(told.map((row) => row[first])).size).toBeGreaterThan(ROWS / 2);
    },
  );

  it('tells scans of another kind from those that were evaluated, and from its own', async () => {
    const foreign = join(folder, 'noise');
    mkdirSync(foreign);
    writeNoise(foreign, 6);
    const run = runOf('classes');
    const output = join(folder, 'beside');
    const ood = [foreign, 'built-in'];
    const manifest = manifests.get('classes') ?? '';
    const { report: beside } = await evaluateOther({ run, manifest, scans, ood, output });
    const { report: own } = await evaluateForeign({ run, ood: [foreign] });
    for (const { ood: told } of [beside, own]) {
      expect(told?.inside).toEqual({ split: 'test', n: 8 });
      const scores = told?.sets[foreign]?.scores ?? {};
      expect(Object.keys(scores)).toEqual([
        'uncertainty',
        '1 - greatest probability',
        'distance of features',
      ]);
      expect(scores['distance of features']?.auroc.value).toBeGreaterThan(0.9);
    }
    expect(readFileSync(join(output, 'report.md'), 'utf8')).toContain('## Out of distribution');
  });
});

describe('a task that stacks where there is nothing to stack', { timeout: 60_000 }, () => {
  it(`gives one model, which answers for other rows, too, and leaves as code ${needsPython}`, async () => {
    const table = Array.from({ length: 24 }, (_, row) => ({
      path: `s${row}`,
      patient: `p${row}`,
      label: row % 2 ? 'well' : 'ill',
      x_age: 50 + ((7 * row) % 24),
      split: row < 18 ? '' : 'test',
    }));
    const manifest = writeTable('alone.csv', table);
    const run = join(folder, 'alone');
    const task = { head: 'classes', fusion: 'meta', training: { steps: 20 } };
    await finetune({ task, encoder: 'none', manifest, output: run, folds: 2, workers: 1 });
    const output = join(folder, 'alone-again');
    await evaluateOther({ run, manifest, output });
    const tested = csvRows(join(run, 'predictions.csv')).filter(({ split }) => split === 'test');
    expectSame(csvRows(join(output, 'predictions.csv')), tested, 1e-5);
    if (python !== undefined) expectTestRows(run, predictedRows(run, manifest));
  });
});

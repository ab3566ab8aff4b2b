/**
 * The exported folder of a stacked model: both parts, and code that answers as the stack does.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import { loadEncoder } from '../../src/api/encoder-source.js';
import { writeEncoder, writeScans } from '../support/outcomes.js';
import { csvRows, expectTestRows, predictedRows } from '../support/predicted.js';
import { needsPython, python, pythonOutput } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const scans = join(folder, 'scans');
const encoder = join(folder, 'encoder');
const ROWS = 30;

const training = { steps: 20, evaluateEvery: 10 };
const tasks = {
  classes: { head: 'classes', training },
  time: { head: 'cox', training: { penalty: 0.1 } },
} as const;
type Kind = keyof typeof tasks;
const kinds = Object.keys(tasks) as Kind[];
const manifests = new Map<Kind, string>();
const runOf = (kind: Kind): string => join(folder, kind);

/** The manifest with a time to an event in the place of the class. */
function withTimes(manifest: string): string {
  const lines = csvRows(manifest).map(({ path, patient, label, x_age, split }, i) =>
    [path, patient, (label === 'ill' ? 2 : 6) + (i % 4), i % 3 ? 1 : 0, x_age, split].join(','),
  );
  const path = join(folder, 'time.csv');
  writeFileSync(path, `path,patient,time,event,x_age,split\n${lines.join('\n')}\n`);
  return path;
}

/** A manifest that begins with a row whose file is no scan. */
function withDamagedRow(manifest: string): string {
  const [header = '', first = '', ...rows] = readFileSync(manifest, 'utf8').trim().split('\n');
  writeFileSync(join(scans, 'damaged.nii.gz'), 'no scan');
  const [, , ...cells] = first.split(',');
  const path = join(folder, `damaged-${basename(manifest)}`);
  writeFileSync(
    path,
    [header, ['damaged.nii.gz', 'p-damaged', ...cells].join(','), first, ...rows].join('\n'),
  );
  return path;
}

describe('the export of a stacked model', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const manifest = writeScans(scans, ROWS, (row) => (row < 24 ? '' : 'test'));
    writeEncoder(encoder);
    for (const kind of kinds) {
      const told = kind === 'time' ? withTimes(manifest) : manifest;
      manifests.set(kind, told);
      const task = { ...tasks[kind], name: kind, fusion: 'meta' };
      await finetune({ task, encoder, scans, manifest: told, output: runOf(kind), folds: 2, workers: 1 });
    }
  }, 120_000);

  it.each(kinds)('of %s holds both parts whole, and what its README lists', (kind) => {
    const model = join(runOf(kind), 'model');
    const readme = readFileSync(join(model, 'README.md'), 'utf8');
    const listed = [...readme.matchAll(/^\| `([\w.]+)`/gm)].map(([, name = '']) => name);
    expect(listed).toEqual([
      'stacked.json',
      'task.json',
      'predict.py',
      'meta.py',
      'decisions.py',
      'requirements.txt',
    ]);
    for (const name of listed) expect(existsSync(join(model, name)), name).toBe(true);
    for (const name of ['predict.py', 'finetune.py', 'lightning.py', 'parity.npz', 'README.md'])
      for (const part of ['scan', 'table']) expect(existsSync(join(model, part, name)), name).toBe(true);
    expect(existsSync(join(model, 'table', 'model.py'))).toBe(false);
  });

  it('gives its part that reads scans as an encoder, with the weights that the run read scans by', async () => {
    const [own, again] = await Promise.all([
      loadEncoder(encoder),
      loadEncoder(join(runOf('classes'), 'model', 'scan')),
    ]);
    expect(again.fingerprint).toBe(own.fingerprint);
    expect(again.input).toEqual([12, 12, 12]);
    expect(again.scans?.spacing).toEqual([2, 2, 2]);
  });

  it.skipIf(python === undefined).each(kinds)(
    `of %s predicts what predictions.csv holds of the test rows, and leaves out a scan that is damaged ${needsPython}`,
    (kind) => {
      const manifest = withDamagedRow(manifests.get(kind) ?? '');
      const told = predictedRows(runOf(kind), manifest, '--scans', scans);
      expect(told).toHaveLength(ROWS);
      const columns = expectTestRows(runOf(kind), told);
      const first = { classes: 'p_ill', time: 'risk' }[kind];
      expect(columns).toContain(first);
      expect(columns.some((name) => name.startsWith('surv_'))).toBe(kind === 'time');
      // Rows are told apart, so that equal columns would show.
      expect(new Set(told.map((row) => row[first])).size).toBeGreaterThan(ROWS / 2);
    },
  );

  it.skipIf(python === undefined)(`weights values of its parts, and adds what is left ${needsPython}`, () => {
    const settings = { targets: 'value', meta: { weights: { scan: 0.5, table: 0.25 }, bias: 1 } };
    const answers = {
      scan: [{ prediction: '2' }, { prediction: '4' }],
      table: [{ prediction: '8' }, { prediction: '0' }],
    };
    const script = `import json, sys; sys.path.insert(0, sys.argv[1])
from predict import pooled
print(pooled(*map(json.loads, sys.argv[2:]))["prediction"].tolist())`;
    const told = [settings, answers].map((one) => JSON.stringify(one));
    expect(pythonOutput('-c', script, join(runOf('time'), 'model'), ...told)).toBe('[4.0, 3.0]\n');
  });

  it.skipIf(python === undefined)(`has parts that train further by themselves ${needsPython}`, () => {
    const script = join(runOf('classes'), 'model', 'table', 'finetune.py');
    const options = ['--output', join(folder, 'table.pt'), '--steps', '4'];
    expect(pythonOutput(script, manifests.get('classes') ?? '', ...options)).toMatch(/step 4: loss [\d.]+\n/);
  });
});

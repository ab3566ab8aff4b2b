import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Sqlite } from '../../src/store/sqlite.js';
import { python } from '../support/python.js';
import { said, startVoxolve, voxolve } from '../support/cli.js';
import { lineageTables, smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';
import { torchInstalled } from '../support/torch.js';

const folder = temporaryFolder();
const env = {
  VOXOLVE_CACHE: join(folder, 'cache'),
  VOXOLVE_PYTHON: python ?? 'python3',
  VOXOLVE_TORCH_LEAST: process.env['VOXOLVE_TORCH_LEAST'] ?? '',
};
const at = (name: string): string => join(folder, name);
const oneLine = /^voxolve: [^\n]+\n$/;

const experiment = writeExperiment(folder, {
  candidates: 4,
  space: smallSpace,
  training: { steps: 2, batch: 2, evaluationBatches: 1 },
  trust: { share: 0 },
  winners: { candidates: 0 },
});

/** Candidates that a search has finished. */
function evaluated(db: string): number {
  if (!existsSync(db)) return 0;
  const open = new Sqlite(db, { readonly: true });
  try {
    return Number(open.prepare("SELECT count(*) FROM candidates WHERE status = 'done'").pluck().get());
  } finally {
    open.close();
  }
}
const search = (db: string, ...options: string[]): string[] => [
  ...['search', experiment, '--db', at(db), '--engine', 'torch', '--device', 'cpu'],
  ...options,
];

describe.skipIf(!torchInstalled)('a search with --engine torch', () => {
  it('is the same with one worker, and with two that were killed and resumed', async () => {
    const one = await voxolve(search('one.db', '--workers', '1'), env);
    expect(one.stderr).toMatch('engine: torch on cpu (as asked)');
    expect(one.code, one.stderr).toBe(0);
    const tables = lineageTables(at('one.db'));
    expect(tables['evaluations']?.[0]).toMatchObject({ engine: 'torch', device: 'cpu' });

    const { child, finished } = startVoxolve(search('killed.db', '--workers', '2'), env);
    await said(child, 'engine: torch');
    while (child.exitCode === null && evaluated(at('killed.db')) === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await finished;
    const resumed = await voxolve(['resume', at('killed.db'), '--workers', '2'], env);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(lineageTables(at('killed.db'))).toEqual(tables);
  }, 240_000);
});

describe.skipIf(!torchInstalled)('a search with --engine auto', () => {
  it('measures networks of the experiment on all engines that work here, and keeps the figures', async () => {
    const own = { ...env, VOXOLVE_CACHE: join(folder, 'measured') };
    const first = await voxolve(['search', experiment, '--db', at('auto.db'), '--candidates', '2'], own);
    expect(first.code, first.stderr).toBe(0);
    const chosen = /engine: (onnx|torch) on cpu \(fastest on 3 networks of this experiment: ([^)]*)\)/;
    const [, engine = '', figures = ''] = chosen.exec(first.stderr) ?? [];
    expect(figures.split(', ').sort()).toEqual([
      expect.stringMatching(/^onnx on cpu \S+ steps\/s$/),
      expect.stringMatching(/^torch on cpu \S+ steps\/s$/),
    ]);
    expect(figures).toMatch(new RegExp(`^${engine} on cpu`));
    const kept = JSON.parse(readFileSync(join(folder, 'measured', 'engines.json'), 'utf8')) as object;
    expect(Object.values(kept)).toEqual([
      [expect.objectContaining({ engine: 'onnx' }), expect.objectContaining({ engine: 'torch' })],
    ]);
  }, 120_000);
});

describe('--engine torch', () => {
  it('is refused in one line where there is no Python', async () => {
    const refused = await voxolve(search('none.db'), { ...env, VOXOLVE_PYTHON: at('no-python') });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(oneLine);
    expect(refused.stderr).toMatch(/needs a Python, and there is none named .*no-python/);
  });

  it('alone takes other precisions than float32', async () => {
    const narrow = writeExperiment(folder, { precision: 'bfloat16' }, 'narrow.json');
    const refused = await voxolve(['search', narrow, '--db', at('narrow.db'), '--engine', 'onnx'], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(oneLine);
    expect(refused.stderr).toMatch(/precision bfloat16: must be float32 on .*engine onnx/);
  });
});

/**
 * The exported folder of a fine-tuned model: its code answers as voxolve does, for given crops and for files, and trains further.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import { present } from '../../src/core/errors.js';
import { openRuff, complaints } from '../python/ruff.js';
import { forkedOutputs, hasModule, needsPython, python, type Printed } from '../support/python.js';
import { writeEncoder, writeScans } from '../support/outcomes.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const scans = join(folder, 'scans');
const encoder = join(folder, 'encoder');

interface Case {
  readonly name: string;
  readonly task: object;
  /** Adds targets to the rows of the manifest. */
  readonly targets: 'label' | 'value' | 'time';
}

const training = { steps: 20, batch: 4, evaluateEvery: 10 };
const cases: readonly Case[] = [
  { name: 'classes', task: { head: 'classes', fusion: 'concat', training }, targets: 'label' },
  {
    name: 'classes-full',
    task: { head: 'classes', encoder: { train: 'layerwise' }, training },
    targets: 'label',
  },
  {
    name: 'evidential-tiles',
    task: { head: 'evidential', input: { size: [8, 8, 8], reading: 'tile', tiles: 8 }, training },
    targets: 'label',
  },
  {
    name: 'value-pool',
    task: { head: 'value', input: { size: [8, 8, 8], reading: 'pool', normalise: 'scan' }, training },
    targets: 'value',
  },
  { name: 'cox', task: { head: 'cox', fusion: 'concat', training: { penalty: 0.1 } }, targets: 'time' },
  {
    name: 'logistic-hazard',
    task: {
      head: { name: 'logistic-hazard', options: { intervals: 4 } },
      fusion: { name: 'joint-autoencoder', options: { latent: 3, hidden: 4 } },
      input: { normalise: 'none' },
      training,
    },
    targets: 'time',
  },
];

const ROWS = 30;
const TESTED = 24;

/** The manifest of the scans with other targets; the last rows are of the test. */
function manifestOf(targets: Case['targets'], manifest: string): string {
  const [, ...rows] = readFileSync(manifest, 'utf8').trim().split('\n');
  const columns = { label: 'label', value: 'value', time: 'time,event' }[targets];
  const lines = rows.map((row, i) => {
    const [path = '', patient = '', label = '', age = '', split = ''] = row.split(',');
    const told = {
      label,
      value: String(label === 'ill' ? 3 + (i % 3) : 1 + (i % 5)),
      time: `${(label === 'ill' ? 2 : 6) + (i % 4)},${i % 3 === 0 ? 0 : 1}`,
    }[targets];
    return [path, patient, told, age, split].join(',');
  });
  const path = join(folder, `${targets}.csv`);
  writeFileSync(path, `path,patient,${columns},x_age,split\n${lines.join('\n')}\n`);
  return path;
}

/** Those that are also trained further by their own code. */
const trained = cases.slice(0, 2);

const runOf = ({ name }: Case): string => join(folder, 'runs', name);
const modelOf = (one: Case): string => join(runOf(one), 'model');

function rowsOf(path: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',').map((cell, i) => [names[i] ?? '', cell] as const);
    return Object.fromEntries<string>(cells);
  });
}

const CHECK = `
import sys; sys.path.insert(0, sys.argv[1])
import numpy as np, torch
from outcome import build
parity = {n: torch.from_numpy(a) for n, a in np.load(sys.argv[1] + "/parity.npz").items()}
crops, table = parity.pop("crops", None), parity.pop("covariates", None)
with torch.no_grad():
    told = build()(crops, table)
assert set(told) == set(parity), (set(told), set(parity))
print(max(float((told[n] - parity[n]).abs().max() / parity[n].abs().max().clamp(min=1)) for n in parity))
`;

const check = join(folder, 'check.py');
writeFileSync(check, CHECK);

/** What is run of each exported folder, by name. */
function programsOf(one: Case): Record<string, readonly string[]> {
  const program = (file: string, output: string, ...more: string[]): readonly string[] => {
    const manifest = join(folder, `${one.targets}.csv`);
    return [join(modelOf(one), file), manifest, '--scans', scans, '--output', join(folder, output), ...more];
  };
  const steps = ['--steps', '4'];
  return {
    [`${one.name} checks`]: [check, modelOf(one)],
    [`${one.name} predicts`]: program('predict.py', `${one.name}-predicted.csv`),
    ...(trained.includes(one) && {
      [`${one.name} trains further`]: program('finetune.py', `${one.name}-further.pt`, ...steps),
      [`${one.name} trains anew`]: program('finetune.py', `${one.name}-anew.pt`, ...steps, '--from-scratch'),
    }),
  };
}

describe('the export of a fine-tuned model', { timeout: 120_000 }, () => {
  const manifests = new Map<Case['targets'], string>();

  beforeAll(async () => {
    const manifest = writeScans(scans, ROWS, (row) => (row < TESTED ? '' : 'test'));
    writeEncoder(encoder);
    for (const targets of ['label', 'value', 'time'] as const)
      manifests.set(targets, manifestOf(targets, manifest));
    for (const one of cases) {
      const asked = { task: { ...one.task, name: one.name }, encoder, scans, output: runOf(one) };
      const told = present(manifests.get(one.targets), one.targets);
      await finetune({ ...asked, manifest: told, folds: 2, workers: 1 });
    }
  }, 120_000);

  it.each(cases)('$name holds what its README lists, which names the files of all exports', (one) => {
    const readme = readFileSync(join(modelOf(one), 'README.md'), 'utf8');
    const listed = [...readme.matchAll(/`(\w+\.(?:py|safetensors|npz|json|txt))`/g)].map(([, name]) => name);
    expect(listed.length).toBeGreaterThan(10);
    for (const name of listed) expect(existsSync(join(modelOf(one), name ?? '')), name).toBe(true);
    // Any other file is one that its head or fusion imports.
    const always = ['outcome', 'predict', 'finetune', 'lightning', 'optimisers', 'settings'];
    const read = ['table', 'rows', 'covariates', 'tensors'];
    expect(listed).toEqual(expect.arrayContaining([...always, ...read].map((name) => `${name}.py`)));
  });

  it.each(cases)('$name has settings that ruff leaves as they are', (one) => {
    const source = readFileSync(join(modelOf(one), 'settings.py'), 'utf8');
    expect(complaints(openRuff({ 'line-length': 320 }), source)).toEqual([]);
  });

  const programs = Object.assign({}, ...cases.map(programsOf)) as Record<string, readonly string[]>;
  let outputs: readonly Printed[] | undefined;
  /** What a program printed; all run when the first is asked for. */
  const printedBy = (name: string): string => {
    outputs ??= forkedOutputs(Object.values(programs));
    const { code, printed } = present(outputs[Object.keys(programs).indexOf(name)], name);
    expect(code, printed).toBe(0);
    return printed;
  };

  it.skipIf(python === undefined).each(cases)(
    `$name answers as voxolve does for crops and covariates ${needsPython}`,
    (one) => {
      expect(Number(printedBy(`${one.name} checks`))).toBeLessThan(1e-4);
    },
  );

  it.skipIf(python === undefined).each(cases)(
    `$name predicts what predictions.csv holds of the test rows, from the same files ${needsPython}`,
    (one) => {
      printedBy(`${one.name} predicts`);
      const predicted = new Map(
        rowsOf(join(folder, `${one.name}-predicted.csv`)).map((row) => [row['path'], row]),
      );
      const expected = rowsOf(join(runOf(one), 'predictions.csv')).filter(({ split }) => split === 'test');
      expect(expected).toHaveLength(ROWS - TESTED);
      let compared = 0;
      for (const row of expected) {
        const found = present(predicted.get(row['path']), row['path'] ?? '');
        for (const name of Object.keys(found).filter((key) => key !== 'path' && key !== 'patient')) {
          expect(Math.abs(Number(found[name]) - Number(row[name])), name).toBeLessThan(
            1e-3 * Math.max(1, Math.abs(Number(row[name]))),
          );
          compared++;
        }
      }
      expect(compared).toBeGreaterThanOrEqual(expected.length);
    },
  );

  it.skipIf(python === undefined).each(trained)(
    `$name trains further and anew in plain PyTorch ${needsPython}`,
    ({ name }) => {
      for (const how of ['further', 'anew']) {
        expect(printedBy(`${name} trains ${how}`)).toMatch(/step 4: loss [\d.]+\n/);
        expect(existsSync(join(folder, `${name}-${how}.pt`))).toBe(true);
      }
    },
  );

  const lightning = hasModule('pytorch_lightning') || hasModule('lightning.pytorch');
  it.skipIf(!lightning)(
    'trains with PyTorch Lightning, run from its own folder (needs VOXOLVE_PYTHON with PyTorch Lightning)',
    () => {
      const [, one] = cases;
      const model = modelOf(present(one, 'a case'));
      const manifest = present(manifests.get('label'), 'a manifest');
      const output = join(folder, 'lightning');
      const options = ['--scans', scans, '--output', output, '--steps', '4', '--accelerator', 'cpu'];
      execFileSync(present(python, 'python'), ['lightning.py', manifest, ...options, '--devices', '1'], {
        cwd: model,
        env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
        stdio: 'pipe',
      });
      expect(existsSync(join(output, 'best.ckpt'))).toBe(true);
      // What `settle` set beside the weights is saved with them.
      const told = 'import torch; print(sorted(torch.load("outcome.pt", weights_only=False)))';
      const saved = execFileSync(present(python, 'python'), ['-c', told], { cwd: output, encoding: 'utf8' });
      expect(saved.trim()).toBe("['constants', 'temperature', 'weights']");
    },
  );
});

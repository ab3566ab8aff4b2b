/**
 * Exported models trained anew in plain PyTorch: every head learns, and steps, batches, splits and calibration are as in voxolve.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { finetune } from '../../src/api/finetune.js';
import { present } from '../../src/core/errors.js';
import { rngOf } from '../../src/core/random.js';
import { heads } from '../../src/downstream/heads/index.js';
import { fitTemperature, logProbabilities } from '../../src/metrics/index.js';
import { csvRows } from '../support/predicted.js';
import { forkedOutputs, needsPython, python, pythonOutput } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const names = Object.keys(heads);
const ROWS = 60;
const splitOf = (row: number): string => (row < 40 ? 'train' : row < 50 ? 'validation' : 'test');

/** Rows whose outcome of any kind follows from one covariate; a few are of validation and test. */
function writeRows(): string {
  const rng = rngOf('rows that are learned from again');
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const x = rng.normal();
    const [label, value] = [x + 0.3 * rng.normal() > 0 ? 'ill' : 'well', 2 * x + 0.3 * rng.normal()];
    const time = Math.exp(1 - x + 0.3 * rng.normal());
    const told = [label, value.toFixed(3), time.toFixed(3), row % 4 === 0 ? 0 : 1];
    return [`p${row}`, ...told, x.toFixed(3), rng.bool(0.2) ? 'a' : 'b', splitOf(row)].join(',');
  });
  const path = join(folder, 'rows.csv');
  writeFileSync(path, `patient,label,value,time,event,x_one,s_sex,split\n${lines.join('\n')}\n`);
  return path;
}

/** Runs finetune.py, then predict.py, of each model, and finetune.py of one with other options; what each run says by its name. */
function trainAnew(manifest: string): ReadonlyMap<string, string> {
  const program = (name: string, file: string, ...options: readonly string[]): readonly string[] => [
    join(folder, name, 'model', `${file}.py`),
    ...[manifest, '--device', 'cpu', ...options],
  ];
  const again = (...options: readonly string[]): readonly string[] =>
    program('classes', 'finetune', '--output', join(folder, 'again.pt'), '--from-scratch', ...options);
  const runs: readonly (readonly [string, readonly string[]])[] = [
    ...names.flatMap((name) => {
      const weights = join(folder, `${name}.pt`);
      return [
        [name, program(name, 'finetune', '--from-scratch', '--output', weights)],
        [
          `${name} told`,
          program(name, 'predict', '--weights', weights, '--output', join(folder, `${name}.csv`)),
        ],
      ] as const;
    }),
    ['lamb', again('--optimiser', 'lamb', '--learning-rate', '0.2')],
    ['sgd', again('--optimiser', 'sgd')],
    ['patience', again('--learning-rate', '0', '--patience', '1')],
  ];
  const ends = forkedOutputs(runs.map(([, words]) => words));
  ends.forEach(({ code, printed }, i) => expect(code, `${runs[i]?.[0]}: ${printed}`).toBe(0));
  return new Map(runs.map(([name], i) => [name, ends[i]?.printed ?? '']));
}

/** Share of pairs of rows that two columns order alike. */
function agreement(a: readonly number[], b: readonly number[]): number {
  let [alike, all] = [0, 0];
  a.forEach((one, i) => {
    for (let j = 0; j < i; j++) {
      const product = (one - present(a[j], 'a')) * (present(b[i], 'b') - present(b[j], 'b'));
      if (product !== 0) all++;
      if (product > 0) alike++;
    }
  });
  return alike / all;
}

describe.skipIf(python === undefined)(
  `exported models that train anew ${needsPython}`,
  { timeout: 120_000 },
  () => {
    let manifest = '';
    let said: ReadonlyMap<string, string> = new Map();

    beforeAll(async () => {
      manifest = writeRows();
      for (const name of names) {
        const training = { steps: 60, evaluateEvery: 20, learningRate: 0.05, balance: 'none' };
        const task = { name, head: name, training, fairness: { attribute: 'sex', method: 'thresholds' } };
        await finetune({ task, encoder: 'none', manifest, output: join(folder, name), workers: 1 });
      }
      said = trainAnew(manifest);
    }, 120_000);

    it.each(names)('learn with the head %s, and answer with what they learned', (name) => {
      expect(said.get(name)).toMatch(/^step 60: loss -?[\d.]+$/m);
      const rows = csvRows(manifest);
      const told = csvRows(join(folder, `${name}.csv`));
      const column = ['p_ill', 'prediction', 'risk'].find((one) => one in (told[0] ?? {}));
      const test = rows.flatMap(({ split }, row) => (split === 'test' ? [row] : []));
      const x = test.map((row) => Number(rows[row]?.['x_one']));
      expect(
        agreement(
          x,
          test.map((row) => Number(told[row]?.[column ?? ''])),
        ),
      ).toBeGreaterThan(0.9);
      for (const row of told)
        for (const [key, cell] of Object.entries(row).filter(([key]) => key.startsWith('surv_')))
          expect(Number(cell) >= 0 && Number(cell) <= 1, key).toBe(true);
    });

    it('step with adamw, lamb and sgd, each to a loss below chance', () => {
      const last = ['classes', 'lamb', 'sgd'].map((name) =>
        Number(/step 60: loss ([\d.]+)/.exec(said.get(name) ?? '')?.[1]),
      );
      for (const loss of last) expect(loss).toBeLessThan(0.6);
      expect(new Set(last).size).toBe(3);
    });

    it('end where as many looks as patience allows find no lower loss', () => {
      const part = said.get('patience') ?? '';
      expect(part.match(/^step \d+/gm)).toEqual(['step 20', 'step 40']);
    });

    it('say why there are no thresholds per group to decide by', () => {
      const run = join(folder, 'classes');
      const readme = readFileSync(join(run, 'model', 'README.md'), 'utf8');
      expect(readme).toContain('none were fitted: `thresholds` of `report.json` says why');
      const report = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as Record<string, unknown>;
      expect(report).toHaveProperty('thresholds.attribute', 'sex');
      expect(report).toHaveProperty('thresholds.refused');
      const cox = readFileSync(join(folder, 'cox', 'model', 'README.md'), 'utf8');
      expect(cox).toContain('voxolve solved this head exactly');
    });

    it('fit the temperature that voxolve fits to the same probabilities', () => {
      const rng = rngOf('probabilities');
      const rows = Array.from({ length: 40 }, () => {
        const logits = [rng.normal(), 2 * rng.normal(), rng.normal()];
        const sum = logits.reduce((all, one) => all + Math.exp(one), 0);
        return logits.map((one) => Math.exp(one) / sum);
      });
      const labels = rows.map((row) => (rng.bool(0.6) ? row.indexOf(Math.max(...row)) : rng.int(3)));
      const script = `import json, sys; sys.path.insert(0, sys.argv[1])
import torch
from finetune import Told, temperature_of
told = Told(torch.tensor(json.loads(sys.argv[2])), None, {"label": torch.tensor(json.loads(sys.argv[3]))}, torch.arange(40))
class Model:
    def answer(self, features, table):
        return {"probabilities": features}
print(temperature_of(Model(), told))`;
      const found = pythonOutput(
        '-c',
        script,
        join(folder, 'classes', 'model'),
        JSON.stringify(rows),
        JSON.stringify(labels),
      );
      expect(Number(found)).toBeCloseTo(fitTemperature(logProbabilities(rows), labels), 4);
    });

    it('learn from no row of the test, hold out what the manifest says, and balance batches', () => {
      const script = `import itertools, json, sys; sys.path.insert(0, sys.argv[1])
import settings
from rows import batches, split
rows = [{"patient": str(i), "split": ["", "validation", "test"][i % 3] if i < 9 else "", "s_sex": "ab"[i % 5 == 0]} for i in range(31)]
learnt, held = split(rows, 0.2, 0)
some, others = split([row for row in rows if row["split"] == ""], 0.2, 0)
plain = list(itertools.islice(batches(learnt, 5, 0), 5))
settings.BALANCE, settings.GROUP = "groups", "s_sex"
even = list(itertools.islice(batches(learnt, 5, 0), 8))
print(json.dumps({
    "learnt": [row["split"] for row in learnt], "held": [row["split"] for row in held],
    "others": len(others), "passes": sorted(i for batch in plain for i in batch),
    "shares": [sum(learnt[i]["s_sex"] == "b" for i in batch) for batch in even],
}))`;
      const told = JSON.parse(pythonOutput('-c', script, join(folder, 'classes', 'model'))) as Record<
        string,
        unknown
      >;
      expect(told['learnt']).toEqual(Array(25).fill(''));
      expect(told['held']).toEqual(Array(3).fill('validation'));
      expect(told['others']).toBe(5);
      expect(told['passes']).toEqual([...Array(25).keys()]);
      for (const share of told['shares'] as number[]) expect([2, 3]).toContain(share);
    });
  },
);

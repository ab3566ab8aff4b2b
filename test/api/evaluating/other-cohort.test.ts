/**
 * The final model of a run on other rows and scans, and on scans of another kind.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateForeign, evaluateOther } from '../../../src/api/evaluate.js';
import type { Report } from '../../../src/api/reporting/report.js';
import { finetune } from '../../../src/api/finetune.js';
import { readPredictions } from '../../../src/downstream/predictions/read.js';
import type { PredictionTable } from '../../../src/downstream/predictions/table.js';
import { writeCohort, writeEncoder, writeNoise, writeScans } from '../../support/outcomes.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();
process.env['VOXOLVE_CACHE'] = join(folder, 'cache');
const at = (...names: string[]): string => join(folder, ...names);
const FILES = ['predictions.csv', 'report.json', 'run.json'];
const filesOf = (run: string): string[] => FILES.map((name) => readFileSync(join(run, name), 'utf8'));

/** Probabilities by patient, of the rows for testing. */
function answersOf({ rows, outcome }: PredictionTable): Map<string, readonly number[]> {
  if (outcome.kind !== 'classes') throw new Error('needs classes');
  return new Map(
    rows.flatMap(({ patient, split }, i) =>
      split === 'test' ? [[patient, outcome.probabilities[i] ?? []] as const] : [],
    ),
  );
}

function expectSameAnswers(made: string, run: string): void {
  const [found, expected] = [made, run].map((one) =>
    answersOf(readPredictions(join(one, 'predictions.csv'))),
  );
  expect([...(found?.keys() ?? [])]).toEqual([...(expected?.keys() ?? [])]);
  for (const [patient, row] of expected ?? [])
    row.forEach((one, k) => expect(found?.get(patient)?.[k]).toBeCloseTo(one, 6));
}

describe('the model of covariates alone', { timeout: 120_000 }, () => {
  const run = at('table');
  const manifest = writeCohort(folder, 'cohort.csv', 60, (row) => (row < 45 ? '' : 'test'));
  beforeAll(async () => {
    const fairness = { attribute: 'sex', criterion: 'equal-opportunity', method: 'thresholds' };
    const task = { head: 'classes', training: { steps: 50 }, fairness };
    await finetune({ task, encoder: 'none', manifest, output: run, workers: 1, folds: 2 });
  });

  it('answers for the test rows as the run did, in a folder of its own', async () => {
    const before = filesOf(run);
    const lines = readFileSync(manifest, 'utf8').trim().split('\n');
    const test = at('others.csv');
    writeFileSync(test, lines.filter((line, i) => i === 0 || line.endsWith(',test')).join('\n'));
    const { folder: made, report } = await evaluateOther({ run, manifest: test });
    expect(made.startsWith(join(run, 'evaluations', 'others-'))).toBe(true);
    expectSameAnswers(made, run);
    expect(report.headline).toBe('test');
    expect(report.splits.test?.n).toBe(15);
    expect(readFileSync(join(made, 'report.md'), 'utf8')).toContain('rows of others.csv');
    expect(filesOf(run)).toEqual(before);
  });

  it('whose task asks for thresholds per group has them in its report', () => {
    const { thresholds } = JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')) as Report;
    expect(thresholds).toMatchObject({ attribute: 'sex', limit: 0.05, measured_on: 'test' });
    expect(Object.keys(thresholds?.thresholds ?? {})).toEqual(['f', 'm']);
    expect(readFileSync(join(run, 'report.md'), 'utf8')).toContain('## Thresholds per group');
  });

  it('says where patients may be those that it learned from, and refuses what it does not know', async () => {
    const lines = readFileSync(manifest, 'utf8').replaceAll(',test', ',').trim().split('\n');
    writeFileSync(at('known.csv'), lines.join('\n'));
    const { report } = await evaluateOther({ run, manifest: at('known.csv') });
    expect(report.remarks.join()).toMatch(/45 patients have the name of one that the run learned from/);
    writeFileSync(at('class.csv'), readFileSync(at('known.csv'), 'utf8').replace(',ill,', ',dead,'));
    await expect(evaluateOther({ run, manifest: at('class.csv') })).rejects.toThrow(
      /line 2: the model knows no class "dead"/,
    );
    await expect(evaluateOther({ run, manifest, ood: ['built-in'] })).rejects.toThrow(
      /--ood: needs a model that reads scans/,
    );
  });
});

describe('the model of scans', { timeout: 120_000 }, () => {
  const [run, scans] = [at('scanned'), at('scans')];
  const encoder = writeEncoder(at('encoder'));
  const manifest = writeScans(scans, 40, (row) => (row < 28 ? '' : 'test'));
  beforeAll(async () => {
    const task = { head: 'evidential', training: { steps: 100 } };
    await finetune({ task, encoder, scans, manifest, output: run, workers: 1, folds: 2 });
  });

  it('answers for the test rows as the run did, and tells scans of another kind', async () => {
    const foreign = at('foreign');
    writeScans(foreign, 6);
    const output = at('evaluated');
    const ood = ['built-in', foreign];
    const { report } = await evaluateOther({ run, manifest, scans, ood, output });
    expectSameAnswers(output, run);
    expect(report.ood?.inside).toEqual({ split: 'test', n: 12 });
    expect(report.ood?.sets[foreign]?.n).toBe(6);
    const noise = report.ood?.sets['noise']?.scores ?? {};
    expect(Object.keys(noise)).toEqual(['uncertainty', '1 - greatest probability', 'distance of features']);
    expect(noise['distance of features']?.auroc.value).toBeGreaterThan(0.9);
    expect(noise['uncertainty']?.auroc.value).toBeGreaterThan(0.9);
    expect(report.ood?.sets[foreign]?.scores['distance of features']?.auroc.value).toBeLessThan(0.9);
    expect(readFileSync(join(output, 'report.md'), 'utf8')).toContain('## Out of distribution');
  });

  it('tells scans of another kind from the test rows of the run, by the features that it keeps', async () => {
    const before = filesOf(run);
    const own = at('own-kind');
    writeScans(own, 6);
    const noise = at('noise');
    writeNoise(noise, 6);
    const { report, folder: made, differences } = await evaluateForeign({ run, ood: [own, noise] });
    expect(differences).toEqual([]);
    expect(made).toBe(join(run, 'evaluations', 'foreign-scans'));
    expect(report.ood?.inside).toEqual({ split: 'test', n: 12 });
    expect(report.ood?.sets[noise]?.scores['uncertainty']?.auroc.value).toBeGreaterThan(0.9);
    expect(report.ood?.sets[noise]?.scores['distance of features']?.auroc.value).toBeGreaterThan(0.9);
    expect(report.ood?.sets[own]?.scores['distance of features']?.auroc.value).toBeLessThan(0.9);
    expect(report.splits).toEqual((JSON.parse(before[1] ?? '') as Report).splits);
    expect(filesOf(run)).toEqual(before);
    await expect(evaluateForeign({ run, ood: ['built-in'] })).rejects.toThrow(
      /--ood: built-in needs scans to make others of.*add --manifest/,
    );
  });

  it('reads by the encoder that is named where the run keeps none, if it is the same', async () => {
    const [kept, away] = [join(run, 'model'), at('model-away')];
    renameSync(kept, away);
    try {
      await expect(evaluateOther({ run, manifest, scans })).rejects.toThrow(
        /--encoder: is missing, and the run keeps none in .*: the run was made with .*encoder/,
      );
      const output = at('named');
      await evaluateOther({ run, manifest, scans, encoder, output });
      expectSameAnswers(output, run);
    } finally {
      renameSync(away, kept);
    }
  });

  it('needs the scans, and the encoder that the run was made with', async () => {
    await expect(evaluateOther({ run, manifest })).rejects.toThrow(/--scans: is missing/);
    await expect(evaluateOther({ run, manifest, scans, encoder: 'r3d-18' })).rejects.toThrow(
      /is another encoder: the run was made with/,
    );
  });
});

describe('the model that trained its encoder', { timeout: 120_000 }, () => {
  it('reads other scans by the encoder as it was fitted, prepared as the task says', async () => {
    const [run, scans] = [at('trained'), at('trained-scans')];
    const manifest = writeScans(scans, 24, (row) => (row < 16 ? '' : 'test'));
    const task = {
      head: 'classes',
      encoder: { train: 'full' },
      training: { steps: 10, batch: 4 },
      scans: { spacing: 2.5 },
      input: { size: [10, 10, 10] },
    };
    const encoder = writeEncoder(at('start'));
    await finetune({ task, encoder, scans, manifest, output: run, workers: 1, folds: 2 });
    const output = at('trained-evaluated');
    await evaluateOther({ run, manifest, scans, output });
    expectSameAnswers(output, run);
    await expect(evaluateForeign({ run, ood: [scans] })).rejects.toThrow(
      /--ood: needs scans to compare with: the run trained its encoder.*add --manifest/,
    );
  });
});

describe('the model of scans and covariates', { timeout: 120_000 }, () => {
  it('tells scans of another kind with the covariates of both sides unknown', async () => {
    const [run, scans, noise] = [at('fused'), at('fused-scans'), at('fused-noise')];
    const manifest = writeScans(scans, 30);
    writeNoise(noise, 6);
    const encoder = writeEncoder(at('fused-encoder'));
    const task = { head: 'evidential', fusion: 'concat', training: { steps: 100 } };
    await finetune({ task, encoder, scans, manifest, output: run, workers: 1, folds: 2 });
    const alone = await evaluateForeign({ run, ood: [noise], output: at('fused-alone') });
    const beside = await evaluateOther({ run, manifest, scans, ood: [noise], output: at('fused-beside') });
    // All rows are learned from here: those that the run keeps features of are those of the manifest.
    expect(beside.report.ood?.sets).toEqual(alone.report.ood?.sets);
    expect(alone.report.ood?.inside).toEqual({ split: 'train', n: 30 });
    expect(alone.report.ood?.sets[noise]?.scores['uncertainty']?.auroc.value).toBeGreaterThan(0.9);
    expect(alone.report.remarks.join('\n')).toMatch(
      /taken for missing, too\n.*30 rows that the model learned from/,
    );
    expect(beside.report.remarks.join('\n')).toMatch(/30 patients have the name.*\n.*taken for missing, too/);
  });
});

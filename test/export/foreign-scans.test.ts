/**
 * An exported evidential model is as uncertain of scans unlike those of training as voxolve is, on a frozen encoder.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEncoder } from '../../src/api/encoder-source.js';
import { finetune } from '../../src/api/finetune.js';
import { packageFile } from '../../src/core/package-files.js';
import { rngOf } from '../../src/core/random.js';
import { smallEncoder } from '../downstream/training/small-encoder.js';
import { niftiFile } from '../../src/scans/nifti-write.js';
import { writeEncoder, writeScans } from '../support/outcomes.js';
import { csvRows, expectTestRows, predictedRows } from '../support/predicted.js';
import { needsPython, python, pythonOutput } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const scans = join(folder, 'scans');
const encoder = join(folder, 'encoder');
const run = join(folder, 'run');
const ROWS = 30;
const TRAINED = 22;
const isForeign = (row: number): boolean => row >= 26;

/** The last scans become checkerboards, which no training scan is like; their rows are of the test. */
function withForeignScans(): void {
  const rng = rngOf('foreign scans');
  for (let row = 0; row < ROWS; row++) {
    if (!isForeign(row)) continue;
    const voxels = Int16Array.from({ length: 14 ** 3 }, (_, i) => {
      const [x, y, z] = [i % 14, Math.floor(i / 14) % 14, Math.floor(i / 196)];
      return 100 + ((x + y + z) % 2) * 400 + Math.round(5 * rng.normal());
    });
    writeFileSync(join(scans, `s${row}.nii.gz`), niftiFile(voxels, [14, 14, 14], [2, 2, 2]));
  }
}

describe('an exported evidential model', { timeout: 120_000 }, () => {
  let manifest = '';

  beforeAll(async () => {
    manifest = writeScans(scans, ROWS, (row) => (row < TRAINED ? 'train' : 'test'));
    withForeignScans();
    // Its first stage is read, too.
    writeEncoder(encoder, smallEncoder());
    const task = { head: 'evidential', training: { steps: 60, evaluateEvery: 20 } };
    await finetune({ task, encoder, scans, manifest, output: run, folds: 2, workers: 1 });
  }, 120_000);

  it.skipIf(python === undefined)(
    `tells the uncertainty of predictions.csv, also far from training ${needsPython}`,
    () => {
      const told = predictedRows(run, manifest, '--scans', scans);
      expect(expectTestRows(run, told)).toEqual(['p_ill', 'p_well', 'uncertainty']);
      expect(readFileSync(join(run, 'model', 'settings.py'), 'utf8')).toContain(
        'EARLY = 6\nAFTER_EARLY = "stages"',
      );
      const doubts = told.map((row) => Number(row['uncertainty']));
      const foreign = doubts.filter((_, row) => isForeign(row));
      const own = doubts.slice(0, TRAINED);
      expect(Math.min(...foreign)).toBeGreaterThan(0.95);
      expect(Math.min(...foreign)).toBeGreaterThan(own.reduce((sum, one) => sum + one, 0) / own.length + 0.1);
    },
  );

  it.skipIf(python === undefined)(
    `takes the commands of the guide, word for word but for the files ${needsPython}`,
    () => {
      const guide = readFileSync(packageFile('docs/finetuning.md'), 'utf8');
      const commands = [...guide.matchAll(/^python ((?:predict|finetune)\.py .*?)(?: +#.*)?$/gm)].map(
        ([, command = '']) => command,
      );
      expect(commands).toHaveLength(4);
      for (const command of commands) {
        const [script = '', ...words] = command.split(' ');
        const real = words.map((word) => {
          if (/^(new|labelled)\.csv$/.test(word)) return manifest;
          return word.startsWith('/data/') ? scans : /\.(csv|pt)$/.test(word) ? join(folder, word) : word;
        });
        pythonOutput(join(run, 'model', script), ...real);
      }
      expect(csvRows(join(folder, 'predictions.csv'))).toHaveLength(ROWS);
    },
  );

  it('is an encoder for the next run, which reads scans as this one did', async () => {
    const [first, again] = [await loadEncoder(encoder), await loadEncoder(join(run, 'model'))];
    expect(again.fingerprint).toBe(first.fingerprint);
    const output = join(folder, 'again');
    const task = { head: 'classes', training: { steps: 20 } };
    const { status } = await finetune({
      task,
      encoder: join(run, 'model'),
      scans,
      manifest,
      output,
      folds: 2,
      workers: 1,
    });
    expect(status).toBe('done');
    expect(csvRows(join(output, 'predictions.csv'))).toHaveLength(ROWS);
  });
});

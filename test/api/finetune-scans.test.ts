/**
 * Fine-tuning on scans: frozen features and trained encoders, tiles, fusions, and scans that cannot be used.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateOther } from '../../src/api/evaluate.js';
import type { FinetuneEvent } from '../../src/api/events.js';
import { finetune, type FinetuneOptions } from '../../src/api/finetune.js';
import { rngOf } from '../../src/core/random.js';
import { readPredictions } from '../../src/downstream/predictions/read.js';
import { writeEncoder, writeScans } from '../support/outcomes.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
process.env['VOXOLVE_CACHE'] = join(folder, 'cache');
const at = (...names: string[]): string => join(folder, ...names);
const encoder = writeEncoder(at('encoder'));
const scans = at('scans');
const manifest = writeScans(scans, 40, (row) => (row < 32 ? '' : 'test'));

/** A file of NumPy with an array of 32-bit numbers. */
function npyFile(values: Float32Array, shape: readonly number[]): Uint8Array {
  const header =
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n';
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]);
  return Buffer.concat([magic, Buffer.from(header), Buffer.from(values.buffer)]);
}

const run = (output: string, task: object, more: Partial<FinetuneOptions> = {}) =>
  finetune({
    task: { head: 'classes', ...task },
    encoder,
    scans,
    manifest,
    output,
    workers: 1,
    folds: 2,
    ...more,
  });
const bytesOf = (output: string, name = 'predictions.csv'): string =>
  readFileSync(join(output, name), 'utf8');

describe('fine-tuning on scans', { timeout: 120_000 }, () => {
  it('learns from frozen features, which are computed once', async () => {
    const encoded: FinetuneEvent[] = [];
    const onEvent = (event: FinetuneEvent): void => void (event.kind === 'features' && encoded.push(event));
    const { report } = await run(at('frozen'), {}, { onEvent });
    expect(report?.headline).toBe('test');
    // The spheres differ by three of their deviations in radius.
    expect(report?.splits.train?.metrics['auroc']?.value).toBeGreaterThan(0.85);
    expect(encoded.at(-1)).toMatchObject({ done: 40, total: 40 });
    const before = bytesOf(at('frozen'));
    rmSync(at('frozen', 'fits'), { recursive: true });
    const count = encoded.length;
    await run(at('frozen'), {}, { onEvent });
    expect(encoded.length).toBe(count + 1);
    expect(bytesOf(at('frozen'))).toBe(before);
  });

  it.each(['full', 'layerwise'] as const)('trains the encoder: %s', async (train) => {
    const training = { steps: 20, batch: 4, evaluateEvery: 10 };
    const { report } = await run(at(train), { encoder: { train }, training });
    expect(report?.splits.train?.n).toBe(32);
    expect(report?.splits.train?.metrics['auroc']?.value).toBeGreaterThan(0.5);
  });

  it('reads tiles that cover a scan, by their answers or their features', async () => {
    const input = { size: [8, 8, 8], tiles: 8 };
    const [tile, pool] = [at('tile'), at('pool')];
    await run(tile, { input: { ...input, reading: 'tile' } });
    await run(pool, { input: { ...input, reading: 'pool' } });
    expect(readPredictions(join(tile, 'predictions.csv')).rows).toHaveLength(40);
    expect(bytesOf(tile)).not.toBe(bytesOf(pool));
  });

  it.each(['concat', 'joint-autoencoder', 'meta'] as const)(
    'fuses scans with covariates: %s',
    async (fusion) => {
      const output = at(fusion);
      const { report } = await run(output, { fusion, training: { steps: 100 } });
      expect(report?.splits.train?.metrics['auroc']?.value).toBeGreaterThan(0.7);
      expect(bytesOf(output)).not.toBe(bytesOf(at('frozen')));
    },
  );

  it('leaves rows out whose scans cannot be used, and says which and why', async () => {
    const broken = at('broken');
    const table = writeScans(broken, 24);
    writeFileSync(join(broken, 's3.nii.gz'), 'no scan');
    const lost: string[] = [];
    const onEvent = (event: FinetuneEvent): void => {
      if (event.kind === 'rows left out') lost.push(...event.rows);
    };
    const { report } = await run(at('lost'), {}, { scans: broken, manifest: table, onEvent });
    expect(lost).toHaveLength(1);
    expect(lost[0]).toContain('s3.nii.gz: ');
    expect(report?.remarks.join('\n')).toContain('1 row left out');
    expect(report?.splits.train?.n).toBe(23);
    const refusing = run(
      at('refused'),
      { scans: { unreadable: 'refuse' } },
      { scans: broken, manifest: table },
    );
    await expect(refusing).rejects.toThrow('s3.nii.gz');
  });

  it('says of clips that their metadata may tell the outcome, unless curves compare with it', async () => {
    const clips = at('clips');
    mkdirSync(clips);
    const lines = Array.from({ length: 16 }, (_, row) => {
      const rng = rngOf('clips of a test', row);
      const voxels = Float32Array.from(
        { length: 8 * 14 * 14 },
        () => 100 + 10 * rng.normal() + 5 * (row % 2),
      );
      writeFileSync(join(clips, `c${row}.npy`), npyFile(voxels, [8, 14, 14]));
      return `c${row}.npy,p${row},${row % 2 === 0 ? 'ill' : 'well'},${row < 12 ? '' : 'test'}`;
    });
    const table = join(clips, 'manifest.csv');
    writeFileSync(table, `path,patient,label,split\n${lines.join('\n')}\n`);
    const task = { scans: { layout: 'tyx' }, input: { size: [8, 12, 12] }, training: { steps: 20 } };
    const { report } = await run(at('clipped'), task, { scans: clips, manifest: table });
    const told = /these are clips.*baseline of metadata/;
    expect(report?.remarks.join('\n')).toMatch(told);
    const other = { run: at('clipped'), scans: clips, manifest: table, output: at('clips-again') };
    expect((await evaluateOther(other)).report.remarks.join('\n')).toMatch(told);
    const curves = { scans: clips, manifest: table, labels: ['all'], repeats: 2 } as const;
    const compared = await run(at('compared'), task, curves);
    expect(compared.report?.remarks.join('\n')).not.toMatch(told);
  });

  it('refuses a folder that was made from another encoder', async () => {
    const other = writeEncoder(at('other'));
    const description = join(other, 'architecture.json');
    const changed = readFileSync(description, 'utf8').replace('one-convolution', 'another');
    writeFileSync(description, changed);
    await expect(run(at('frozen'), {}, { encoder: other })).rejects.toThrow('was made from another encoder');
    await expect(run(at('frozen'), {}, { encoder: 'none' })).rejects.toThrow('was made from another encoder');
  });
});

/**
 * Probes of labelled scans beside a search: the table's loader, the option and the workers.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { niftiFile } from '../../src/scans/nifti-write.js';
import { voxolve } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { smallSpace, temporaryFolder, winnerTables, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const labelled = join(folder, 'labelled');
const SIDE = 24;

/** Smooth waves, or the same with much noise: what any encoder can tell apart. */
function scan(patient: number, noisy: boolean): Uint8Array {
  const rng = rngOf('labelled', patient);
  const voxels = Int16Array.from({ length: SIDE ** 3 }, (_, i) => {
    const [z, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const wave = Math.sin((x + patient) / 4) + Math.cos((y - z) / 5);
    return 1000 + 200 * wave + (noisy ? 300 * rng.normal() : 0);
  });
  return niftiFile(voxels, [SIDE, SIDE, SIDE], [6, 6, 6]);
}

/** Writes eight scans and a table of them, one row for each; returns the table's path. */
function labelledScans(
  name: string,
  rowOf: (file: string, patient: number) => string,
  header: string,
): string {
  mkdirSync(labelled, { recursive: true });
  const rows = Array.from({ length: 8 }, (_, patient) => {
    const file = `scan-${patient}.nii.gz`;
    writeFileSync(join(labelled, file), scan(patient, patient % 2 === 1));
    return rowOf(file, patient);
  });
  const path = join(labelled, name);
  writeFileSync(path, [header, ...rows, ''].join('\n'));
  return path;
}

const table = labelledScans(
  'labels.tsv',
  (file, patient) => `${file}\tp${patient}\t${patient % 2 === 1 ? 'noisy' : 'smooth'}`,
  'path\tpatient\tlabel',
);
const experiment = writeExperiment(folder, {
  candidates: 3,
  space: smallSpace,
  probe: { manifest: table, share: 1 },
  trust: { share: 0 },
  winners: { candidates: 1, seeds: 2 },
});

describe('probes of a search', { timeout: 120_000 }, () => {
  it('tell classes apart that features hold, and are the same with two workers', async () => {
    const dbs = ['1', '2'].map((workers) => join(folder, `${workers}.db`));
    for (const [i, db] of dbs.entries()) {
      const args = ['search', experiment, '--db', db, '--workers', String(i + 1)];
      const { code, stderr } = await voxolve(args, env);
      expect(code, stderr).toBe(0);
      expect(stderr).toMatch(/probe: \d+ labelled crops of 2 classes, 8 patients/);
    }
    const [one, two] = dbs.map((db) => winnerTables(db)['probes'] as { name: string; value: number }[]);
    expect(two).toEqual(one);
    const of = (name: string): number[] =>
      (one ?? []).flatMap((row) => (row.name === name ? [row.value] : []));
    expect(of('ridge')).toHaveLength(3 + 2); // of the search, and of its winner's repetitions
    expect(Math.max(...of('ridge'))).toBeGreaterThan(0.85);
    expect(Math.max(...of('chance'))).toBeLessThan(0.7);
    const { stdout } = await voxolve(['status', dbs[0] ?? ''], env);
    expect(stdout).toMatch(/probe: candidate \d+, .*ridge \d+\.\d %/);
  });

  it.each([
    ['is not there', join(folder, 'none.csv'), /none\.csv: the table does not exist/],
    [
      'labels nothing',
      labelledScans('unlabelled.csv', (file, patient) => `${file},p${patient},`, 'path,patient,label'),
      /unlabelled\.csv: labels no scan; a labelled scan has path, patient, and either label/,
    ],
    [
      'has one class',
      labelledScans('one-class.csv', (file, patient) => `${file},p${patient},a`, 'path,patient,label'),
      /one-class\.csv: gives \d+ crops .* of 1 class and 8 patients; 2 classes and 4 patients are the least/,
    ],
  ])('refuse a table that %s in one line', async (_, path, complaint) => {
    const db = join(folder, 'refused.db');
    const { code, stderr } = await voxolveHere(['search', experiment, '--db', db, '--probe', path], env);
    expect(code).toBe(1);
    const lines = stderr.split('\n').filter((line) => line.startsWith('voxolve: '));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(complaint);
  });
});

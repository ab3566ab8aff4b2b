/**
 * Scans that must stay outside of a set.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Withheld } from '../../src/scans/folder/withheld.js';
import { loadScanSet } from '../../src/scans/load.js';
import { ScanOptions } from '../../src/scans/options.js';
import { temporaryFolder, writePatient } from '../support/scans/nifti-file.js';

const cacheDirectory = temporaryFolder();

/** Five patients, the last with two scans in a folder of their own. */
function folderOfFive(): string {
  const folder = temporaryFolder();
  for (let patient = 0; patient < 4; patient++) writePatient(join(folder, `p${patient}.nii.gz`), patient);
  mkdirSync(join(folder, 'p4'));
  writePatient(join(folder, 'p4', 'first.nii.gz'), 4);
  writePatient(join(folder, 'p4', 'second.nii.gz'), 5);
  writeFileSync(
    join(folder, 'manifest.csv'),
    [
      'path,patient',
      ...[0, 1, 2, 3].map((patient) => `p${patient}.nii.gz,Ann ${patient}`),
      'p4,Ann 4',
      '',
    ].join('\n'),
  );
  return folder;
}

async function load(folder: string, withheld: Partial<Withheld>, manifest?: string) {
  const options = ScanOptions.parse({ spacing: 3, ...(manifest === undefined ? {} : { manifest }) });
  return loadScanSet(folder, options, {
    seed: 1,
    cacheDirectory,
    withheld: { patients: new Set(), paths: [], ...withheld },
  });
}

const namesOf = ({ report }: Awaited<ReturnType<typeof load>>): string[] =>
  report.used.map(({ path }) => path);

describe('withheld scans', () => {
  it('are those of a patient, with all of the scans', async () => {
    const loaded = await load(folderOfFive(), { patients: new Set(['Ann 4', 'Ann 9']) }, 'manifest.csv');
    expect(namesOf(loaded)).toEqual([0, 1, 2, 3].map((patient) => `p${patient}.nii.gz`));
    expect(loaded.report.withheld.patients).toBe(1);
    expect(loaded.report.withheld.paths).toEqual(['p4/first.nii.gz', 'p4/second.nii.gz']);
  });

  it('are those of a path, a folder too, and all others of their patient', async () => {
    const folder = folderOfFive();
    const byFolder = await load(folder, { paths: [join(folder, 'p4')] });
    expect(byFolder.report.withheld.paths).toEqual(['p4/first.nii.gz', 'p4/second.nii.gz']);
    const one = await load(folder, { paths: [join(folder, 'p4', 'second.nii.gz')] }, 'manifest.csv');
    expect(one.report.withheld.paths).toEqual(['p4/first.nii.gz', 'p4/second.nii.gz']);
  });

  it('are copies under another name', async () => {
    const folder = folderOfFive();
    const elsewhere = join(temporaryFolder(), 'original.nii.gz');
    copyFileSync(join(folder, 'p2.nii.gz'), elsewhere);
    const loaded = await load(folder, { paths: [elsewhere] });
    expect(loaded.report.withheld.paths).toEqual(['p2.nii.gz']);
    expect(namesOf(loaded)).not.toContain('p2.nii.gz');
  });

  it('leave the set that it would be without their files', async () => {
    const folder = folderOfFive();
    const without = temporaryFolder();
    for (const patient of [0, 1, 3])
      copyFileSync(join(folder, `p${patient}.nii.gz`), join(without, `p${patient}.nii.gz`));
    const withheld = await load(folder, { paths: [join(folder, 'p2.nii.gz'), join(folder, 'p4')] });
    expect(withheld.set.fingerprint).toBe((await load(without, {})).set.fingerprint);
  });
});

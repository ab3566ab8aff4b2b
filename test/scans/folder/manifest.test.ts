/**
 * Scans that a manifest keeps for the test are neither searched nor pretrained with, and nothing else changes because of them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLabelledManifest } from '../../../src/probes/labelled.js';
import { loadScanSet } from '../../../src/scans/load.js';
import { openScanFolder, type ScanFolder } from '../../../src/scans/folder/scan-folder.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { temporaryFolder, writePatient } from '../../support/scans/nifti-file.js';

const [folder, cacheDirectory] = [temporaryFolder(), temporaryFolder()];
const names = ({ files }: ScanFolder): string[] => files.map(({ name }) => name);

function write(name: string, rows: readonly string[]): string {
  writeFileSync(join(folder, name), ['path,patient,split,label', ...rows, ''].join('\n'));
  return name;
}

const open = (manifest: string, withTest = false): Promise<ScanFolder> =>
  openScanFolder(folder, { ...ScanOptions.parse({ manifest }), withTest }, cacheDirectory);

beforeAll(() => {
  for (const [index, name] of ['a', 'b', 'c'].entries()) writePatient(join(folder, `${name}.nii`), index + 1);
});

describe('the split test of a manifest', () => {
  it('is left out and listed, and read where that is asked for', async () => {
    const manifest = write('m.csv', ['a.nii,1,train,x', 'b.nii,2,Test,x', 'c.nii,3,val,y']);
    const library = await open(manifest);
    expect(names(library)).toEqual(['a.nii', 'c.nii']);
    expect(library.leftOut).toEqual([
      { path: 'b.nii', what: 'test scan', reason: 'the manifest keeps it for the test: split is test' },
    ]);
    const whole = await open(manifest, true);
    expect(names(whole)).toEqual(['a.nii', 'b.nii', 'c.nii']);
    expect(whole.leftOut).toEqual([]);
  });

  it('makes the same set as a manifest without it', async () => {
    const rows = ['a.nii,1,,x', 'c.nii,3,,y'];
    const load = (manifest: string) =>
      loadScanSet(folder, ScanOptions.parse({ manifest }), { seed: 0, cacheDirectory });
    const without = await load(write('without.csv', rows));
    const kept = await load(write('with.csv', [...rows, 'b.nii,2,test,x']));
    expect(kept.set.fingerprint).toBe(without.set.fingerprint);
    expect(kept.report.used).toEqual(without.report.used);
  });

  it('need not lie on the machine that searches, but on the one that tests', async () => {
    const manifest = write('away.csv', ['a.nii,1,,x', 'locked/away.nii,2,test,x']);
    expect(names(await open(manifest))).toEqual(['a.nii']);
    await expect(open(manifest, true)).rejects.toThrow('away.csv line 3: locked/away.nii exists neither');
  });

  it('holds no scan of a patient that is trained on', async () => {
    const manifest = write('both.csv', ['a.nii,1,train,x', 'b.nii,1,test,x']);
    await expect(open(manifest)).rejects.toThrow('patient 1 is in more than one split');
  });

  it('leaves nothing to search where all scans are for it, and says so', async () => {
    const manifest = write('all.csv', ['a.nii,1,test,x', 'b.nii,2,test,x']);
    await expect(open(manifest)).rejects.toThrow(
      'holds no scans, but 2 × test scan; give some scans of the manifest another split than test',
    );
  });

  it('is not probed', () => {
    const manifest = write('probe.csv', ['a.nii,1,train,x', 'b.nii,2,test,x', 'c.nii,3,,y']);
    const files = readLabelledManifest(join(folder, manifest));
    expect(files.map(({ patient }) => patient)).toEqual(['1', '3']);
  });
});

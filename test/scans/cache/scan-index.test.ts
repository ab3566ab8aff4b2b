import { appendFileSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openScanFolder } from '../../../src/scans/folder/scan-folder.js';
import { ScanOptions } from '../../../src/scans/options.js';
import { readScan } from '../../../src/scans/read.js';
import { transformsOf } from '../../../src/scans/options.js';
import { temporaryFolder, writePatient } from '../../support/scans/nifti-file.js';

const options = ScanOptions.parse({});

/** Reads all scans of the folder; how many files had to be opened. */
async function filesRead(folder: string, cacheDirectory: string): Promise<number> {
  const library = await openScanFolder(folder, options, cacheDirectory);
  for (const file of library.files) await readScan(file, transformsOf(options), library);
  await library.index.save();
  return library.index.filesRead;
}

it('a second look reads only what changed', async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  for (const patient of [1, 2, 3]) writePatient(join(folder, `${patient}.nii`), patient);
  expect(await filesRead(folder, cache)).toBe(3);
  expect(await filesRead(folder, cache)).toBe(0);
  appendFileSync(join(folder, '2.nii'), 'x');
  writePatient(join(folder, '4.nii'), 4);
  expect(await filesRead(folder, cache)).toBe(2);
  renameSync(join(folder, '1.nii'), join(folder, '9.nii'));
  expect(await filesRead(folder, cache)).toBe(1);
});

it('a damaged index is made anew', async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  writePatient(join(folder, '1.nii'), 1);
  await filesRead(folder, cache);
  const index = readdirSync(cache).find((name) => name.endsWith('.index')) as string;
  writeFileSync(join(cache, index), '{"version":');
  expect(await filesRead(folder, cache)).toBe(1);
});

it('the index names no file', async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  writePatient(join(folder, 'jane-doe.nii'), 1);
  await filesRead(folder, cache);
  const entries = readdirSync(cache, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files.length).toBeGreaterThan(2);
  expect(files.map((path) => path + readFileSync(path, 'latin1')).join('')).not.toMatch(/jane/);
});

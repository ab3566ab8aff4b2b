/**
 * A search that an earlier version began goes on, its decisions derived anew.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { writePatient } from '../support/scans/nifti-file.js';
import { voxolve } from '../support/cli.js';
import { lineageTables, temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };

it('a search that version 0.2.0 began is resumed, extended and verified', { timeout: 120_000 }, async () => {
  const scans = join(folder, 'scans');
  mkdirSync(scans);
  for (let patient = 0; patient < 4; patient++) writePatient(join(scans, `patient-${patient}.nii`), patient);
  const db = join(folder, 'older.db');
  copyFileSync(fileURLToPath(new URL('../fixtures/databases/version-0.2.0.sqlite', import.meta.url)), db);
  const before = await voxolve(['status', db], env);
  expect(before.stderr).toMatch(
    /older\.db: has the older schema 7; run voxolve resume, which upgrades it\n$/,
  );

  const resumed = await voxolve(['resume', db, '--scans', scans, '--candidates', '9'], env);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain('begun by voxolve 0.2.0; this is ');
  const tables = lineageTables(db);
  expect(tables['candidates']).toHaveLength(9);
  const verified = await voxolve(['verify', db], env);
  expect(verified.stdout).toContain('9 decisions derived anew, all as recorded');
});

/**
 * A search that an earlier version began goes on, its decisions derived anew.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { version as current } from '../../src/core/version.js';
import { voxolve } from '../support/cli.js';
import { writePatient } from '../support/scans/nifti-file.js';
import { lineageTables, temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();
const scans = join(folder, 'scans');
const env = { VOXOLVE_CACHE: join(folder, 'cache') };

/** A copy of the database that a version wrote. */
function databaseOf(version: string, name = version): string {
  const db = join(folder, `${name}.db`);
  copyFileSync(
    fileURLToPath(new URL(`../fixtures/databases/version-${version}.sqlite`, import.meta.url)),
    db,
  );
  return db;
}

beforeAll(() => {
  mkdirSync(scans);
  for (let patient = 0; patient < 4; patient++) writePatient(join(scans, `patient-${patient}.nii`), patient);
});

describe.each([
  ['0.2.0', 'finished', 7],
  ['0.3.0', 'killed, with candidates decided out of order and under way', 5],
])('a search that version %s began, %s', (version, _how, finished) => {
  it('is resumed, extended and verified', { timeout: 120_000 }, async () => {
    const db = databaseOf(version);
    const before = lineageTables(db);
    const done = (before['candidates'] as { status: string }[]).filter(({ status }) => status === 'done');
    expect(done).toHaveLength(finished);

    const resumed = await voxolve(['resume', db, '--scans', scans, '--candidates', '9'], env);
    expect(resumed.code, resumed.stderr).toBe(0);
    const remark = `begun by voxolve ${version}; this is ${current}, and `;
    if (version !== current) expect(resumed.stderr).toContain(remark);
    const after = lineageTables(db);
    expect(after['candidates']).toHaveLength(9);
    expect(after['candidates']).toEqual(expect.arrayContaining(done));
    expect(after['evaluations']).toEqual(expect.arrayContaining(before['evaluations'] ?? []));
    const verified = await voxolve(['verify', db], env);
    expect(verified.stdout).toContain('9 decisions derived anew, all as recorded');
  });
});

it('the database of a version with another schema is read in an upgraded copy, which is said, and stays as it is', async () => {
  const [db, report] = [databaseOf('0.2.0', 'read'), join(folder, 'report.html')];
  const before = readFileSync(db);
  const status = await voxolve(['status', db, '--json'], env);
  const written = await voxolve(['report', db, '-o', report], env);
  for (const { code, stderr } of [status, written]) {
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('has the older schema 7: an upgraded copy is read, the file stays as it is\n');
  }
  expect(JSON.parse(status.stdout)).toMatchObject({ candidates: { total: 7, done: 7 }, state: 'finished' });
  expect(readFileSync(report, 'utf8')).toContain('<!doctype html>');
  expect(readFileSync(db).equals(before)).toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith('read.db-'))).toEqual([]);
});

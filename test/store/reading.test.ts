/**
 * Reading results wherever they lie: on a read-only medium, copied without their log, left by a search that died.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLocked } from '../../src/store/lock.js';
import { openStore, type Store } from '../../src/store/open.js';
import { isSearched, markSearched } from '../../src/store/writer.js';
import { repository, somebody, somebodyCanRun } from '../support/somebody.js';
import { insertExperiment } from './rows.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-reading-'));
  path = join(folder, 'search.db');
});
afterEach(() => {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
  rmSync(folder, { recursive: true });
});

const countOf = (store: Store): unknown => store.statement('SELECT count(*) FROM experiments').pluck().get();

/** The files of a search that was killed: the latest rows are in the log only. */
function killed(to: string, ends: readonly string[]): string {
  const store = openStore(path, 'create');
  insertExperiment(store);
  mkdirSync(to);
  for (const end of ends) copyFileSync(path + end, join(to, `search.db${end}`));
  store.close();
  return join(to, 'search.db');
}

const READER = fileURLToPath(new URL('read-child.ts', import.meta.url));

/** What a process reads that may not write to the folder. */
function readUnwritable(database: string, at: string): unknown {
  chmodSync(folder, 0o755);
  for (const name of readdirSync(at)) chmodSync(join(at, name), 0o444);
  chmodSync(at, 0o555);
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  chmodSync(temporary, 0o777);
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'jiti/register', READER, database], {
    ...somebody,
    cwd: repository,
    env: { ...process.env, TMPDIR: temporary, JITI_FS_CACHE: 'false' },
  });
  expect(stderr.toString()).toBe('');
  // Nothing of the copy stays.
  expect(readdirSync(temporary)).toEqual([]);
  return JSON.parse(stdout.toString());
}

describe.skipIf(!somebodyCanRun)('a database in a folder that cannot be written to', () => {
  const remark = 'cannot be written to: a copy of it is read';

  it('is read, in a copy, which is said', () => {
    const store = openStore(path, 'create');
    insertExperiment(store);
    store.close();
    const medium = join(folder, 'medium');
    mkdirSync(medium);
    copyFileSync(path, join(medium, 'search.db'));
    expect(readUnwritable(join(medium, 'search.db'), medium)).toEqual([1, remark]);
  });

  it('is read with the rows that its search left in the log', () => {
    const medium = join(folder, 'medium');
    const database = killed(medium, ['', '-wal']);
    expect(readUnwritable(database, medium)).toEqual([1, remark]);
    expect(readdirSync(medium)).toEqual(['search.db', 'search.db-wal']);
  });
});

describe('a database that is closed while somebody reads it', () => {
  it('is whole in its file alone, whose log is empty', () => {
    const store = openStore(path, 'create');
    const reader = openStore(path, 'read');
    insertExperiment(store);
    expect(countOf(reader)).toBe(1);
    store.close();
    expect(statSync(`${path}-wal`).size).toBe(0);
    copyFileSync(path, join(folder, 'copy.db'));
    const copy = openStore(join(folder, 'copy.db'), 'read');
    expect(countOf(copy)).toBe(1);
    expect(copy.remarks).toEqual([]);
    copy.close();
    reader.close();
  });
});

describe('a database that was copied while a search used it', () => {
  it('is whole with its log', () => {
    const store = openStore(killed(join(folder, 'copy'), ['', '-wal']), 'read');
    expect(countOf(store)).toBe(1);
    expect(store.remarks).toEqual([]);
    store.close();
  });

  it('without its log says so, to who reads and to who goes on', () => {
    const copy = killed(join(folder, 'copy'), ['']);
    const reader = openStore(copy, 'read');
    expect(countOf(reader)).toBe(0);
    expect(reader.remarks).toEqual([
      `was probably copied without its -wal file while a search used it, so that the latest results are missing: ` +
        `copy ${copy}-wal along with it, or resume, which evaluates them again`,
    ]);
    reader.close();
    rmSync(`${copy}-wal`, { force: true });
    const writer = openStore(copy, 'write');
    expect(writer.remarks).toHaveLength(1);
    writer.close();
    const after = openStore(copy, 'read');
    expect(after.remarks).toEqual([]);
    after.close();
  });
});

describe('the lock', () => {
  it('tells others whether somebody writes', () => {
    expect(isLocked(path)).toBe(false);
    const store = openStore(path, 'create');
    expect(isLocked(path)).toBe(true);
    store.close();
    expect(isLocked(path)).toBe(false);
  });

  it('is not taken by who asks', () => {
    openStore(path, 'create').close();
    for (let i = 0; i < 20; i++) expect(isLocked(path)).toBe(false);
    openStore(path, 'write').close();
  });
});

describe('a search', () => {
  it('is under way while its own writer lives, not while another experiment has the database', () => {
    const writer = openStore(path, 'create', insertExperiment);
    markSearched(writer, 1);
    const reader = openStore(path, 'read');
    expect([isSearched(reader, 1), isSearched(reader, 2)]).toEqual([true, false]);
    markSearched(writer, null);
    expect(isSearched(reader, 1)).toBe(false);
    reader.close();
    writer.close();
  });
});

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sqlite } from '../../src/store/sqlite.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { openStore, type OpenMode } from '../../src/store/open.js';
import { APPLICATION_ID, MIGRATIONS } from '../../src/store/schema.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-store-'));
  path = join(folder, 'search.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const modes: readonly OpenMode[] = ['create', 'write', 'read'];

/** Opening fails with a user's error and leaves the file as it was. */
function expectRefusal(mode: OpenMode, message: string): void {
  const before = readFileSync(path);
  expect(() => openStore(path, mode)).toThrow(UserError);
  expect(() => openStore(path, mode)).toThrow(message);
  expect(() => openStore(path, mode)).not.toThrow('\n');
  expect(readFileSync(path).equals(before)).toBe(true);
}

/** Removes what an earlier, rightful use left beside the database. */
function keepOnlyDatabase(): void {
  for (const file of readdirSync(folder))
    if (file !== 'search.db') rmSync(join(folder, file), { recursive: true });
}

describe.each(modes)('opening to %s', (mode) => {
  it('refuses a text file', () => {
    writeFileSync(path, 'These are notes, which must not be lost.');
    expectRefusal(
      mode,
      'search.db: is not an SQLite database; give a file that voxolve search wrote, or a new name',
    );
  });

  it('refuses a damaged database', () => {
    openStore(path, 'create').close();
    const bytes = readFileSync(path);
    bytes.fill(0x5a, 100, 2000);
    writeFileSync(path, bytes);
    expectRefusal(mode, 'search.db: is damaged; give a file that voxolve search wrote, or a new name');
  });

  it('refuses a header with nothing sensible behind it', () => {
    writeFileSync(path, 'SQLite format 3\0and then nothing sensible');
    expectRefusal(mode, 'search.db: is an SQLite database, but not one of voxolve');
    expect(readdirSync(folder)).toEqual(['search.db']);
  });

  it('refuses a database of another program', () => {
    const foreign = new Sqlite(path);
    foreign.pragma('journal_mode = WAL');
    foreign.exec('CREATE TABLE patients (name TEXT)');
    foreign.close();
    expectRefusal(mode, 'search.db: is an SQLite database, but not one of voxolve');
    expect(readdirSync(folder)).toEqual(['search.db']);
  });

  it('refuses a database of a newer schema', () => {
    openStore(path, 'create').close();
    const newer = new Sqlite(path);
    newer.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    newer.close();
    keepOnlyDatabase();
    expectRefusal(
      mode,
      `search.db: has schema ${MIGRATIONS.length + 1}, this voxolve knows schemas up to ${MIGRATIONS.length}; upgrade voxolve`,
    );
    expect(readdirSync(folder)).toEqual(['search.db']);
  });

  it('refuses a folder', () => {
    expect(() => openStore(folder, mode)).toThrow('is not a file');
  });
});

describe('a missing database', () => {
  it('below a file that is no folder is refused in one line', () => {
    writeFileSync(path, '');
    expect(() => openStore(join(path, 'inner.db'), 'create')).toThrow(UserError);
    expect(() => openStore(join(path, 'inner.db'), 'create')).toThrow('inner.db: cannot be opened (');
  });

  it('is made, with its folder, only where asked for', () => {
    const deep = join(folder, 'runs', 'deep', 'search.db');
    expect(() => openStore(deep, 'read')).toThrow('there is no such database');
    expect(() => openStore(deep, 'write')).toThrow('there is no such database');
    expect(existsSync(join(folder, 'runs'))).toBe(false);
    openStore(deep, 'create').close();
    expect(existsSync(deep)).toBe(true);
  });

  it('gets its tables where the file is empty, as a run killed at once leaves it', () => {
    writeFileSync(path, '');
    for (const mode of ['read', 'write'] as const) {
      expect(() => openStore(path, mode)).toThrow(
        'holds no experiment: its search ended before it began; run voxolve search with it again',
      );
      expect(readFileSync(path).length).toBe(0);
    }
    const store = openStore(path, 'create');
    expect(store.statement('SELECT count(*) FROM experiments').pluck().get()).toBe(0);
    store.close();
  });
});

describe('an open database', () => {
  it('says in its header what it is', () => {
    openStore(path, 'create').close();
    const db = new Sqlite(path, { readonly: true });
    expect(db.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
  });

  it('refuses a second writer in one line, and takes it when the first has closed', () => {
    const first = openStore(path, 'create');
    expect(() => openStore(path, 'write')).toThrow(
      'search.db: another voxolve process is searching with it; wait',
    );
    first.close();
    openStore(path, 'write').close();
  });
});

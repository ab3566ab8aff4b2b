/**
 * A database comes into being whole, and what an interrupted transaction left is rolled back.
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../src/store/create.js';
import { EmptyDatabase, openStore } from '../../src/store/open.js';
import { APPLICATION_ID, MIGRATIONS } from '../../src/store/schema.js';
import { Sqlite } from '../../src/store/sqlite.js';
import { insertExperiment } from './rows.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-creation-'));
  path = join(folder, 'search.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const countOf = (mode: 'read' | 'create'): unknown => {
  const store = openStore(path, mode);
  try {
    return store.statement('SELECT count(*) FROM experiments').pluck().get();
  } finally {
    store.close();
  }
};

describe('a new database', () => {
  it('has its first rows from the moment that it has its name, without a log', () => {
    openStore(path, 'create', (store) => {
      expect(existsSync(path)).toBe(false);
      insertExperiment(store);
    }).close();
    expect(readdirSync(folder).sort()).toEqual(['search.db', 'search.db.artifacts']);
    copyFileSync(path, join(folder, 'copy.db'));
    expect(countOf('read')).toBe(1);
  });

  it('does not come into being where its first rows cannot be written', () => {
    const failing = (): void => {
      throw new Error('no room');
    };
    expect(() => openStore(path, 'create', failing)).toThrow('no room');
    expect(readdirSync(folder)).toEqual(['search.db.artifacts']);
    openStore(path, 'create', insertExperiment).close();
    expect(countOf('read')).toBe(1);
  });

  it('takes the place of a draft that a dead process left', () => {
    for (const end of ['', '-wal', '-shm', '-journal']) writeFileSync(`${path}.unfinished${end}`, 'half');
    openStore(path, 'create', insertExperiment).close();
    expect(readdirSync(folder).sort()).toEqual(['search.db', 'search.db.artifacts']);
    expect(countOf('read')).toBe(1);
  });

  it('is not filled from the log of a database that had its name and was removed', () => {
    const former = openStore(path, 'create');
    insertExperiment(former);
    copyFileSync(`${path}-wal`, join(folder, 'log'));
    former.close();
    rmSync(path);
    copyFileSync(join(folder, 'log'), `${path}-wal`);
    expect(countOf('create')).toBe(0);
  });

  it('leaves an existing one as it is, its rows included', () => {
    openStore(path, 'create', insertExperiment).close();
    openStore(path, 'create', () => expect.unreachable()).close();
    expect(countOf('read')).toBe(1);
  });
});

describe('a database whose tables were being made in place when the process died', () => {
  /** Its first page and some more are in the file, the journal that undoes them lies beside. */
  function leaveHotJournal(): void {
    const source = join(folder, 'source.db');
    const db = new Sqlite(source);
    db.pragma('cache_size = 1');
    db.exec('BEGIN EXCLUSIVE');
    for (const migration of MIGRATIONS) db.exec(migration);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    copyFileSync(source, path);
    copyFileSync(`${source}-journal`, `${path}-journal`);
    db.exec('COMMIT');
    db.close();
    writeFileSync(path, readFileSync(source).subarray(0, 4096), { flag: 'r+' });
    rmSync(source);
  }

  it('is empty to who reads it, and stays as it is', () => {
    leaveHotJournal();
    expect(() => openStore(path, 'read')).toThrow(EmptyDatabase);
    expect(existsSync(`${path}-journal`)).toBe(true);
  });

  it('is made anew where a search begins', () => {
    leaveHotJournal();
    openStore(path, 'create', insertExperiment).close();
    expect(readdirSync(folder).sort()).toEqual(['search.db', 'search.db.artifacts']);
    expect(countOf('read')).toBe(1);
  });
});

it('an older database that is upgraded keeps its rows', () => {
  createDatabase(path, (db) => {
    db.exec('ALTER TABLE evaluations DROP COLUMN worker; ALTER TABLE evaluations DROP COLUMN finished_at');
    db.pragma(`user_version = ${MIGRATIONS.length - 1}`);
    db.exec(`INSERT INTO experiments (name, spec, seed, strategy, space, task, lookahead, candidates, engine, device,
      scans, scans_fingerprint, metric, chance, created_at, voxolve_version)
      VALUES ('a', '{}', 0, '', '', '', 1, 1, '', '', '', '', '', 0, '', '')`);
  });
  const before = readFileSync(path);
  const copy = openStore(path, 'read');
  expect(copy.remarks).toEqual([
    `has the older schema ${MIGRATIONS.length - 1}: an upgraded copy is read, the file stays as it is`,
  ]);
  expect(copy.statement('SELECT count(worker) FROM evaluations').pluck().get()).toBe(0);
  copy.close();
  expect(readFileSync(path).equals(before)).toBe(true);
  openStore(path, 'write').close();
  expect(countOf('read')).toBe(1);
});

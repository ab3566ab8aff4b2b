/**
 * Opening a database: recognise it before touching it, bring its schema up to date, close it.
 *
 * The file is SQLite in WAL mode: one process writes, any number read without waiting or making it wait.
 * A transaction that was committed survives the death of the process at any instant.
 */
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { messageOf, UserError } from '../core/errors.js';
import { acquireLock, type Lock } from './lock.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

/** `create`: write, and make the file where there is none; `write`: it must exist; `read`: it stays as it is. */
export type OpenMode = 'create' | 'write' | 'read';

export interface Store {
  readonly path: string;
  /** A prepared statement, made once per text. */
  statement(sql: string): Database.Statement;
  /** Runs `work` as one transaction: all of it is committed, or nothing. Transactions nest. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** How long a statement waits for another connection's short transaction, in milliseconds. */
const BUSY_TIMEOUT = 10_000;

export function openStore(path: string, mode: OpenMode): Store {
  if (mode !== 'create' && !existsSync(path)) {
    throw new UserError({
      subject: path,
      problem: 'there is no such database',
      fix: 'give the file that voxolve search wrote',
    });
  }
  if (existsSync(path)) recognise(path);
  else mkdirSync(dirname(path), { recursive: true });
  return guarded(path, () => {
    const lock = mode === 'read' ? undefined : acquireLock(path);
    try {
      const db = new Database(path, { readonly: mode === 'read', timeout: BUSY_TIMEOUT });
      return prepare(path, db, mode, lock);
    } catch (error) {
      lock?.release();
      throw error;
    }
  });
}

function prepare(path: string, db: Database.Database, mode: OpenMode, lock: Lock | undefined): Store {
  try {
    const version = versionOf(path, db);
    if (mode === 'read') requireCurrent(path, version);
    else migrate(db, version);
    db.pragma('foreign_keys = ON');
  } catch (error) {
    db.close();
    throw error;
  }
  const statements = new Map<string, Database.Statement>();
  return {
    path,
    statement: (sql) => {
      const known = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, known);
      return known;
    },
    transaction: (work) => db.transaction(work).immediate(),
    close: () => {
      db.close();
      lock?.release();
    },
  };
}

/** How many migrations the database has had; refuses what is not voxolve's or too new, without writing. */
function versionOf(path: string, db: Database.Database): number {
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const application = db.pragma('application_id', { simple: true }) as number;
  if (application === APPLICATION_ID) {
    if (version <= MIGRATIONS.length) return version;
    throw new UserError({
      subject: path,
      problem: `has schema ${version}, this voxolve knows schemas up to ${MIGRATIONS.length}`,
      fix: 'upgrade voxolve',
    });
  }
  if (application === 0 && version === 0 && tables === 0) return 0;
  throw new UserError({
    subject: path,
    problem: 'is an SQLite database, but not one of voxolve',
    fix: 'give a file that voxolve search wrote, or a new name',
  });
}

function requireCurrent(path: string, version: number): void {
  if (version === MIGRATIONS.length) return;
  throw new UserError({
    subject: path,
    problem: version === 0 ? 'holds no experiment yet' : `has the older schema ${version}`,
    fix: version === 0 ? 'run voxolve search with it' : 'run voxolve resume, which upgrades it',
  });
}

/** Applies what is missing in one transaction, so that a database is never between two schemas. */
function migrate(db: Database.Database, version: number): void {
  if (version < MIGRATIONS.length) {
    db.transaction(() => {
      for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${MIGRATIONS.length}`);
    }).exclusive();
  }
  db.pragma('journal_mode = WAL');
  // Commits survive the process without waiting for the disk; replaying the log heals a power cut.
  db.pragma('synchronous = NORMAL');
}

const SQLITE_HEADER = 'SQLite format 3\0';

/** Refuses a file that does not begin as SQLite files do, before SQLite opens it. */
function recognise(path: string): void {
  const stat = statSync(path);
  if (!stat.isFile()) throw notDatabase(path, 'is not a file');
  if (stat.size === 0) return;
  const start = Buffer.alloc(SQLITE_HEADER.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  if (start.toString('latin1') !== SQLITE_HEADER) throw notDatabase(path, 'is not an SQLite database');
}

function notDatabase(path: string, problem: string, cause?: unknown): UserError {
  return new UserError(
    { subject: path, problem, fix: 'give a file that voxolve search wrote, or a new name' },
    { cause },
  );
}

/** Turns what SQLite says about a broken or locked file into words for the user. */
function guarded<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    if (error.code.startsWith('SQLITE_NOTADB') || error.code.startsWith('SQLITE_CORRUPT')) {
      throw notDatabase(path, 'is damaged or not an SQLite database', error);
    }
    throw new UserError(
      {
        subject: path,
        problem: `cannot be opened (${messageOf(error)})`,
        fix: 'check the permissions of the file and its folder',
      },
      { cause: error },
    );
  }
}

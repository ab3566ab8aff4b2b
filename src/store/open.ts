/**
 * Opening a database: recognise it before touching it, bring its schema up to date, close it.
 *
 * The file is SQLite in WAL mode: one process writes, any number read without waiting or making it wait.
 * A transaction that was committed survives the death of the process at any instant.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UserError } from '../core/errors.js';
import { identify, notOurs, refuseNewer } from './identify.js';
import { acquireLock } from './lock.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';
import { Sqlite, type SqliteDatabase, type SqliteStatement } from './sqlite.js';

/** `create`: write, and make the file where there is none; `write`: it must exist; `read`: it stays as it is. */
export type OpenMode = 'create' | 'write' | 'read';

export interface Store {
  readonly path: string;
  /** A prepared statement, made once per text. */
  statement(sql: string): SqliteStatement;
  /** Runs `work` as one transaction: all of it is committed, or nothing. Transactions nest. */
  transaction<T>(work: () => T): T;
  /** Runs `work`, which only reads, on the database as it is at one instant, whatever is written meanwhile. */
  snapshot<T>(work: () => T): T;
  close(): void;
}

/** How long a statement waits for another connection's short transaction, in milliseconds. */
const BUSY_TIMEOUT = 10_000;

export function openStore(path: string, mode: OpenMode): Store {
  return explained(path, () => {
    if (existsSync(path)) identify(path);
    else if (mode === 'create') mkdirSync(dirname(path), { recursive: true });
    else {
      throw new UserError({
        subject: path,
        problem: 'there is no such database',
        fix: 'give the file that voxolve search wrote',
      });
    }
    return mode === 'read' ? openToRead(path) : openToWrite(path);
  });
}

function openToRead(path: string): Store {
  const db = new Sqlite(path, { readonly: true, timeout: BUSY_TIMEOUT });
  return orElse(
    () => {
      requireCurrent(path, versionOf(path, db));
      return storeOf(path, db, () => db.close());
    },
    () => db.close(),
  );
}

function openToWrite(path: string): Store {
  const lock = acquireLock(path);
  return orElse(
    () => {
      const db = new Sqlite(path, { timeout: BUSY_TIMEOUT });
      const close = (): void => {
        db.close();
        lock.release();
      };
      return orElse(() => {
        migrate(db, versionOf(path, db));
        return storeOf(path, db, close);
      }, close);
    },
    () => lock.release(),
  );
}

function storeOf(path: string, db: SqliteDatabase, close: () => void): Store {
  db.pragma('foreign_keys = ON');
  const statements = new Map<string, SqliteStatement>();
  return {
    path,
    statement: (sql) => {
      const known = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, known);
      return known;
    },
    transaction: (work) => db.transaction(work).immediate(),
    snapshot: (work) => db.transaction(work).deferred(),
    close,
  };
}

/** How many migrations the database has had. */
function versionOf(path: string, db: SqliteDatabase): number {
  // Reads the schema, which a damaged file does not survive; the version alone would.
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  const version = db.pragma('user_version', { simple: true }) as number;
  refuseNewer(path, version);
  return version;
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
function migrate(db: SqliteDatabase, version: number): void {
  if (version < MIGRATIONS.length) {
    db.transaction(() => {
      for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${MIGRATIONS.length}`);
    }).exclusive();
  }
  // Only now: the header that names the database as voxolve's is in the file itself, not in its log.
  db.pragma('journal_mode = WAL');
  // Commits survive the process without waiting for the disk; replaying the log heals a power cut.
  db.pragma('synchronous = NORMAL');
}

function orElse<T>(work: () => T, undo: () => void): T {
  try {
    return work();
  } catch (error) {
    undo();
    throw error;
  }
}

/** Puts what SQLite or the system says about a file that it cannot open into words for the user. */
function explained<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const fromSqlite = error instanceof Sqlite.SqliteError;
    if (fromSqlite && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) throw notOurs(path, 'is damaged', error);
    if (!fromSqlite && !(error instanceof Error && 'syscall' in error)) throw error;
    throw new UserError(
      {
        subject: path,
        problem: `cannot be opened (${messageOf(error)})`,
        fix: 'check that its folder exists and may be written to',
      },
      { cause: error },
    );
  }
}

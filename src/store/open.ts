/**
 * Opening a database: recognise it before touching it, bring its schema up to date, close it.
 *
 * The file is SQLite in WAL mode: one process writes, any number read without waiting or making it wait.
 * A transaction that was committed survives the death of the process at any instant.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UserError } from '../core/errors.js';
import { createDatabase } from './create.js';
import { identify, notOurs } from './identify.js';
import { acquireLock, isLocked, type Lock } from './lock.js';
import { migrate, versionOf } from './migrate.js';
import { walPath } from './paths.js';
import { copyOf, sizeOf } from './private-copy.js';
import { MIGRATIONS } from './schema.js';
import { Sqlite, type SqliteDatabase, type SqliteStatement } from './sqlite.js';
import { markClosed, markOpen, wasLeftOpen } from './writer.js';

/** `create`: write, and make the file where there is none; `write`: it must exist; `read`: it stays as it is. */
export type OpenMode = 'create' | 'write' | 'read';

export interface Store {
  readonly path: string;
  /** False where it was opened to read. */
  readonly writable: boolean;
  /** True where a copy is read, as the file was when it was opened: what is written later is not seen. */
  readonly copied: boolean;
  /** Remarks on the file for the user, a line each. */
  readonly remarks: readonly string[];
  /** A prepared statement, made once per text. */
  statement(sql: string): SqliteStatement;
  /** Runs `work` as one transaction: all of it is committed, or nothing. Transactions nest. */
  transaction<T>(work: () => T): T;
  /** Runs `work`, which only reads, on the database as it is at one instant, whatever is written meanwhile. */
  snapshot<T>(work: () => T): T;
  close(): void;
}

/** A file without tables: what voxolve before version 0.3 left where it was killed while it made them. */
export class EmptyDatabase extends UserError {}

/** A database of an earlier version, which is not changed by reading. */
class OlderSchema extends UserError {
  constructor(
    path: string,
    readonly version: number,
  ) {
    const problem = `has the older schema ${version}, and is too large for an upgraded copy to be read`;
    super({ subject: path, problem, fix: 'run voxolve resume, which upgrades it' });
  }
}

/** Bytes of an older database above which no copy is made. */
const LARGEST_UPGRADED = 4 * 2 ** 30;

/** Milliseconds that a statement waits for another connection's short transaction. */
const BUSY_TIMEOUT = 10_000;

/**
 * @param fill writes the first rows of a database that `create` makes; it comes into being with them or not at all
 */
export function openStore(path: string, mode: OpenMode, fill?: (store: Store) => void): Store {
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
    return mode === 'read' ? openToRead(path) : openToWrite(path, mode, fill);
  });
}

function openToRead(path: string): Store {
  try {
    return readFrom(path, path);
  } catch (error) {
    if (error instanceof OlderSchema) {
      if (sizeOf(path) > LARGEST_UPGRADED) throw error;
      return readCopy(path, [
        `has the older schema ${error.version}: an upgraded copy is read, the file stays as it is`,
      ]);
    }
    // A log without its index, or a transaction to roll back, where nothing can be written.
    const unwritable = error instanceof Sqlite.SqliteError && /^SQLITE_(CANTOPEN|READONLY)/.test(error.code);
    if (!unwritable) throw error;
    return readCopy(path, ['cannot be written to: a copy of it is read']);
  }
}

function readCopy(path: string, remarks: readonly string[]): Store {
  const copy = copyOf(path);
  return orElse(
    () => {
      settle(path, copy.path);
      const store = readFrom(path, copy.path, { closed: () => copy.remove(), remarks });
      // Open, it needs no name where the system allows that; so nothing stays of a process or a thread that is ended.
      copy.tryRemove();
      return store;
    },
    () => copy.remove(),
  );
}

/** Undoes in a copy what a dead process left half-written, upgrades it, and leaves no log beside it. */
function settle(path: string, copy: string): void {
  const db = new Sqlite(copy);
  try {
    const version = versionOf(path, db);
    db.pragma('journal_mode = DELETE');
    if (version > 0) migrate(db, version);
  } finally {
    db.close();
  }
}

/** Where a copy is read: what to do once it is closed, and what the user should know. */
interface Copied {
  readonly closed: () => void;
  readonly remarks: readonly string[];
}

function readFrom(path: string, file: string, copied?: Copied): Store {
  const bare = isBare(path);
  const db = new Sqlite(file, { readonly: true, timeout: BUSY_TIMEOUT });
  const close = (): void => {
    db.close();
    copied?.closed();
  };
  return orElse(
    () => {
      requireCurrent(path, versionOf(path, db));
      const lost = bare && !isLocked(path) ? lostLog(path, db) : [];
      const remarks = [...(copied?.remarks ?? []), ...lost];
      return storeOf(path, db, { close, writable: false, copied: copied !== undefined, remarks });
    },
    () => db.close(),
  );
}

function openToWrite(path: string, mode: OpenMode, fill?: (store: Store) => void): Store {
  const lock = acquireLock(path);
  return orElse(
    () => {
      const bare = isBare(path);
      const db = openOrCreate(path, mode, fill);
      return orElse(
        () => writerOf(path, db, { bare, lock }),
        () => db.close(),
      );
    },
    () => lock.release(),
  );
}

function writerOf(
  path: string,
  db: SqliteDatabase,
  { bare, lock }: { readonly bare: boolean; readonly lock: Lock },
): Store {
  // Commits survive the process without waiting for the disk; replaying the log heals a power cut.
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  migrate(db, versionOf(path, db));
  const remarks = bare ? lostLog(path, db) : [];
  markOpen(db);
  const close = (): void => {
    try {
      markClosed(db);
      emptyLog(db);
    } finally {
      db.close();
      lock.release();
    }
  };
  return storeOf(path, db, { close, writable: true, copied: false, remarks });
}

/**
 * Moves all rows from the log into the database, as SQLite does itself only where nobody else has it open: a copy of the file
 * alone is whole then, and a log that a reader keeps is never taken for that of another file under the same name. Who reads
 * just then is waited for, but not for long.
 */
function emptyLog(db: SqliteDatabase): void {
  db.pragma('busy_timeout = 1000');
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Rolls back first what a dead process left half-written, which may leave nothing. */
function openOrCreate(path: string, mode: OpenMode, fill?: (store: Store) => void): SqliteDatabase {
  const connect = (): SqliteDatabase => new Sqlite(path, { timeout: BUSY_TIMEOUT });
  if (existsSync(path)) {
    const db = connect();
    const version = orElse(
      () => versionOf(path, db),
      () => db.close(),
    );
    if (version > 0) return db;
    db.close();
  }
  if (mode !== 'create') throw emptyDatabase(path);
  createDatabase(path, (draft) => {
    fill?.(storeOf(path, draft, { close: () => undefined, writable: true, copied: false, remarks: [] }));
  });
  return connect();
}

function storeOf(
  path: string,
  db: SqliteDatabase,
  rest: Pick<Store, 'close' | 'writable' | 'copied' | 'remarks'>,
): Store {
  db.pragma('foreign_keys = ON');
  const statements = new Map<string, SqliteStatement>();
  return {
    path,
    ...rest,
    statement: (sql) => {
      const known = statements.get(sql) ?? db.prepare(sql);
      statements.set(sql, known);
      return known;
    },
    transaction: (work) => db.transaction(work).immediate(),
    snapshot: (work) => db.transaction(work).deferred(),
  };
}

function requireCurrent(path: string, version: number): void {
  if (version === MIGRATIONS.length) return;
  if (version === 0) throw emptyDatabase(path);
  throw new OlderSchema(path, version);
}

function emptyDatabase(path: string): EmptyDatabase {
  return new EmptyDatabase({
    subject: path,
    problem: 'holds no experiment: its search ended before it began',
    fix: 'run voxolve search with it again',
  });
}

/** True if the database lies there without a log. To be asked before it is opened, which makes one. */
function isBare(path: string): boolean {
  return !existsSync(walPath(path));
}

/** Remark on a database without a log, where one belongs to it. */
function lostLog(path: string, db: SqliteDatabase): readonly string[] {
  if (!wasLeftOpen(db)) return [];
  const lost = 'copied without its -wal file while a search used it';
  const fix = `copy ${walPath(path)} along with it`;
  if (db.pragma('quick_check(1)', { simple: true }) !== 'ok') {
    throw new UserError({ subject: path, problem: `is damaged: it was ${lost}`, fix });
  }
  return [
    `was probably ${lost}, so that the latest results are missing: ${fix}, or resume, which evaluates them again`,
  ];
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

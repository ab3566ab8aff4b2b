/**
 * One writer at a time.
 *
 * The lock is SQLite's own exclusive lock on an empty file next to the database, or in the folder of a run. The operating
 * system holds it for the process and drops it when the process ends in whatever way, so a lock is never stale. It leaves the
 * database itself free for readers.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError, type ErrorDetails } from '../core/errors.js';
import { artifactFolder } from './paths.js';
import { Sqlite } from './sqlite.js';

export interface Lock {
  release(): void;
}

/** Milliseconds that a writer waits for somebody who only looks whether the lock is held. */
const GLANCE = 250;

export function acquireLock(path: string): Lock {
  mkdirSync(artifactFolder(path), { recursive: true });
  return lockFile(lockPath(path), {
    subject: path,
    problem: 'another voxolve process is searching with it',
    fix: 'wait until it ends or stop it; voxolve status shows its progress',
  });
}

/** Locks a file, which is made where it is absent and stays empty; throws `refusal` where another process holds it. */
export function lockFile(file: string, refusal: ErrorDetails): Lock {
  const db = new Sqlite(file, { timeout: GLANCE });
  try {
    // Nothing is ever written to the file, so that it needs no journal.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    throw new UserError(refusal, { cause: error });
  }
  return { release: () => db.close() };
}

/** True if another connection, of any process, writes to the database now. */
export function isLocked(path: string): boolean {
  if (!existsSync(lockPath(path))) return false;
  const db = new Sqlite(lockPath(path), { readonly: true, timeout: 0 });
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    return true;
  } finally {
    db.close();
  }
}

function lockPath(path: string): string {
  return join(artifactFolder(path), 'lock');
}

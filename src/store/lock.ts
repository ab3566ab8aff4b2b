/**
 * One writer at a time.
 *
 * The lock is SQLite's own exclusive lock on an empty file beside the database. The operating system holds it
 * for the process and drops it when the process ends in whatever way, so a lock is never stale. It leaves the
 * database itself free for readers.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { artifactFolder } from './paths.js';
import { Sqlite } from './sqlite.js';

export interface Lock {
  release(): void;
}

export function acquireLock(path: string): Lock {
  const folder = artifactFolder(path);
  mkdirSync(folder, { recursive: true });
  const db = new Sqlite(join(folder, 'lock'), { timeout: 0 });
  try {
    // Nothing is ever written to the file, so that no journal need lie beside it.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    throw new UserError(
      {
        subject: path,
        problem: 'another voxolve process is searching with it',
        fix: 'wait until it ends or stop it; voxolve status shows its progress',
      },
      { cause: error },
    );
  }
  return { release: () => db.close() };
}

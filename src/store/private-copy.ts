/**
 * Reads a database that lies where nothing can be written, results on a read-only medium or in somebody else's folder, or one
 * that would have to be upgraded.
 *
 * A reader of a WAL database writes a little too: it shares its place in the log with others through a file beside the
 * database. SQLite does without for a file that is declared immutable, but better-sqlite3 is built without the URIs
 * in which that is said, and it would ignore a log that was left behind. So a copy is read, log included, in a
 * temporary folder that is removed when it is closed.
 *
 * Source: https://www.sqlite.org/wal.html, section 5 "Read-Only Databases".
 */
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { journalPath, walPath } from './paths.js';

export interface PrivateCopy {
  readonly path: string;
  remove(): void;
  /** Removes the files where the system allows that while they are open. */
  tryRemove(): void;
}

/** Times that a copy is begun anew because somebody wrote meanwhile. */
const ATTEMPTS = 5;

/** Copies the database as it is at one instant. */
export function copyOf(path: string): PrivateCopy {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-read-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const tryRemove = (): void => {
    try {
      remove();
    } catch {
      // Windows: they go when they are closed.
    }
  };
  const copy = join(folder, 'copy.db');
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = stampOf(path);
      for (const name of [(of: string) => of, walPath, journalPath]) {
        rmSync(name(copy), { force: true });
        if (!existsSync(name(path))) continue;
        copyFileSync(name(path), name(copy));
        chmodSync(name(copy), 0o600);
      }
      if (stampOf(path) === before) return { path: copy, remove, tryRemove };
    }
  } catch (error) {
    remove();
    throw error;
  }
  remove();
  throw new UserError({
    subject: path,
    problem: 'a copy of it must be read, and it changes too fast to be copied',
    fix: 'copy it with its -wal file, or read it once nobody writes to it',
  });
}

/** Bytes of the database with its log. */
export function sizeOf(path: string): number {
  return [path, walPath(path)].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** Tells whether the database or its log was written to between two calls. */
export function stampOf(path: string): string {
  return [path, walPath(path), journalPath(path)]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
      return stat === undefined ? 'absent' : `${stat.ino}:${stat.size}:${stat.mtimeNs}`;
    })
    .join(' ');
}

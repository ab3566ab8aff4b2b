/**
 * A new database comes into being whole: it is built under another name, with its first rows, and then renamed. Killed
 * at whatever instant, the process leaves either no database or a complete one.
 */
import { renameSync, rmSync } from 'node:fs';
import { UNFINISHED } from '../core/atomic-write.js';
import { migrate } from './migrate.js';
import { companions } from './paths.js';
import { Sqlite, type SqliteDatabase } from './sqlite.js';

/** Replaces what lies at `path`, which the caller knows to be no database yet and has locked. */
export function createDatabase(path: string, fill: (db: SqliteDatabase) => void): void {
  const draft = path + UNFINISHED;
  remove(draft);
  const db = new Sqlite(draft);
  try {
    // A draft that is interrupted is thrown away, so nothing needs to be rolled back; commits do wait for the disk.
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = FULL');
    migrate(db, 0);
    fill(db);
    db.pragma('journal_mode = WAL');
    db.close();
    // SQLite would replay the log of a database that once had this name.
    for (const stale of companions(path)) rmSync(stale, { force: true });
    renameSync(draft, path);
  } catch (error) {
    db.close();
    remove(draft);
    throw error;
  }
}

function remove(path: string): void {
  for (const file of [path, ...companions(path)]) rmSync(file, { force: true });
}

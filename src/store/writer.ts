/**
 * The table `writer`: whether a process writes to the database, and which experiment it searches.
 *
 * A process that is killed leaves its row as it was, so who asks looks at the writer's lock too.
 */
import { isLocked } from './lock.js';
import type { SqliteDatabase, SqliteStatement } from './sqlite.js';

/** The part of a store that is needed here. */
interface OpenDatabase {
  readonly path: string;
  readonly writable: boolean;
  statement(sql: string): SqliteStatement;
}

/** Says so in the database itself and not only in its log, which a copy may lack. */
export function markOpen(db: SqliteDatabase): void {
  db.exec('UPDATE writer SET open = 1, experiment = NULL');
  db.pragma('wal_checkpoint(PASSIVE)');
}

export function markClosed(db: SqliteDatabase): void {
  db.exec('UPDATE writer SET open = 0, experiment = NULL');
}

/** True if the last writer did not close the database, so that rows may lie in its log. */
export function wasLeftOpen(db: SqliteDatabase): boolean {
  return db.prepare('SELECT open FROM writer').pluck().get() === 1;
}

/** Says which experiment is searched from now on. */
export function markSearched(store: OpenDatabase, experiment: number | null): void {
  store.statement('UPDATE writer SET experiment = ?').run(experiment);
}

/** True if a process, this one or another, searches an experiment now. */
export function isSearched(store: OpenDatabase, experiment: number): boolean {
  return (
    store.statement('SELECT experiment FROM writer').pluck().get() === experiment &&
    (store.writable || isLocked(store.path))
  );
}

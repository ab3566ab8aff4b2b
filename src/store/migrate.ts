/**
 * Brings a database's schema up to date.
 */
import { refuseNewer } from './identify.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';
import type { SqliteDatabase } from './sqlite.js';

/** Number of migrations that the database has had. Rolls back what a dead process left half-written, where it may write. */
export function versionOf(path: string, db: SqliteDatabase): number {
  // Reads the schema, which a damaged file does not survive; the version alone would.
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  const version = db.pragma('user_version', { simple: true }) as number;
  refuseNewer(path, version);
  return version;
}

/** Applies what is missing in one transaction, so that a database is never between two schemas. */
export function migrate(db: SqliteDatabase, version: number): void {
  if (version >= MIGRATIONS.length) return;
  db.transaction(() => {
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).exclusive();
}

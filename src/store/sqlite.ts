/**
 * better-sqlite3 for the Node that runs: the one place that imports it.
 *
 * Version 13 is a Node-API addon, ready for Node 22 and later, and brings its binaries along. Version 12 serves
 * Node 20; on Node 24.19 and later it ends the process when a statement is collected (better-sqlite3 issue 1515).
 * Both are optional dependencies of which npm leaves out what does not fit; their programming interface is the same.
 */
import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { messageOf, UserError } from '../core/errors.js';

export type Database = typeof BetterSqlite3;

const [major = 0] = process.versions.node.split('.').map(Number);
const name = major >= 22 ? 'better-sqlite3' : 'better-sqlite3-12';

function unusable(cause: unknown): UserError {
  // Without the list of all folders in which the binary was looked for.
  const reason = messageOf(cause).replace(/[.:]? Tried:.*/, '');
  return new UserError(
    {
      subject: name,
      problem: `SQLite cannot be loaded on Node ${process.versions.node}: ${reason}`,
      fix: `run npm rebuild ${name}, or npm install where it is missing; on Node 20 it needs Python 3, make and a C++ compiler where no binary can be fetched`,
    },
    { cause },
  );
}

function load(): Database {
  try {
    return createRequire(import.meta.url)(name) as Database;
  } catch (cause) {
    throw unusable(cause);
  }
}

/** True if the package is there, but not its binary, or one that was compiled for another Node. */
function isBinaryMissing(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = 'code' in thrown ? thrown.code : undefined;
  return (
    code === 'ERR_DLOPEN_FAILED' ||
    code === 'MODULE_NOT_FOUND' ||
    /locate the bindings file/.test(thrown.message)
  );
}

/** The package loads its binary with the first connection. */
export const Sqlite: Database = new Proxy(load(), {
  construct: (Database, given: ConstructorParameters<Database>) => {
    try {
      return new Database(...given);
    } catch (thrown) {
      throw isBinaryMissing(thrown) ? unusable(thrown) : thrown;
    }
  },
});
export type SqliteDatabase = BetterSqlite3.Database;
export type SqliteStatement = BetterSqlite3.Statement;

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

function load(): Database {
  try {
    return createRequire(import.meta.url)(name) as Database;
  } catch (cause) {
    throw new UserError(
      {
        subject: name,
        problem: `SQLite cannot be loaded on Node ${process.versions.node}: ${messageOf(cause)}`,
        fix: 'run npm install again; on Node 20 it needs Python 3, make and a C++ compiler where no binary can be fetched',
      },
      { cause },
    );
  }
}

export const Sqlite: Database = load();
export type SqliteDatabase = BetterSqlite3.Database;
export type SqliteStatement = BetterSqlite3.Statement;

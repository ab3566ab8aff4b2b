/**
 * Recognises a database by the first bytes of its file, so that nothing else is ever opened, locked or changed.
 *
 * Source: https://www.sqlite.org/fileformat2.html, section 1.3 "The Database Header". All numbers big-endian.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { UserError } from '../core/errors.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

const MAGIC = 'SQLite format 3\0';
/** Field: offset in bytes. */
const HEADER = { userVersion: 60, applicationId: 68, length: 100 };

/** Refuses a file that is not voxolve's or too new. An empty file passes: it is a database before its first commit. */
export function identify(path: string): void {
  const stat = statSync(path);
  if (!stat.isFile()) throw notOurs(path, 'is not a file');
  if (stat.size === 0) return;
  const header = firstBytes(path, HEADER.length);
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw notOurs(path, 'is not an SQLite database');
  if (header.readInt32BE(HEADER.applicationId) !== APPLICATION_ID) {
    throw notOurs(path, 'is an SQLite database, but not one of voxolve');
  }
  refuseNewer(path, header.readInt32BE(HEADER.userVersion));
}

export function refuseNewer(path: string, version: number): void {
  if (version <= MIGRATIONS.length) return;
  throw new UserError({
    subject: path,
    problem: `has schema ${version}, this voxolve knows schemas up to ${MIGRATIONS.length}`,
    fix: 'upgrade voxolve',
  });
}

export function notOurs(path: string, problem: string, cause?: unknown): UserError {
  return new UserError(
    { subject: path, problem, fix: 'give a file that voxolve search wrote, or a new name' },
    { cause },
  );
}

/** Padded with zeros where the file is shorter. */
function firstBytes(path: string, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, count, 0);
  } finally {
    closeSync(file);
  }
  return bytes;
}

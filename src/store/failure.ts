/**
 * Failures of the database while it is in use, in words for the user: a full disk, a folder that became
 * read-only, a damaged file. What was committed before stays.
 */
import { messageOf, UserError } from '../core/errors.js';
import { Sqlite } from './sqlite.js';

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'free space on its disk, then continue with voxolve resume'],
  [
    /^(SQLITE_READONLY|SQLITE_PERM|SQLITE_CANTOPEN|EROFS|EACCES|EPERM)/,
    'make the file and its folder writable',
  ],
  [/^(SQLITE_BUSY|SQLITE_LOCKED)/, 'end the other program that is writing to it, then continue'],
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB)/, 'restore it from a copy'],
  [/^(SQLITE_IOERR|EIO)/, 'check its disk; a database on a network share may need a local one'],
];

/** The same error as a `UserError` where it is the storage's, else as it is. */
export function storageFailure(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const { code } = error;
  const ours = error instanceof Sqlite.SqliteError || ('path' in error && isBelow(error.path, path));
  if (!ours && !/^(ENOSPC|EDQUOT)$/.test(code)) return error;
  const fix = FIXES.find(([codes]) => codes.test(code))?.[1];
  if (fix === undefined) return error;
  return new UserError(
    { subject: path, problem: `cannot be used any further (${messageOf(error)})`, fix },
    { cause: error },
  );
}

/** True if a file is the database, or another file of it under its name. */
function isBelow(file: unknown, path: string): boolean {
  return typeof file === 'string' && file.startsWith(path);
}

/**
 * Failures to write files of a folder, in words for the user: a full disk, a limit, a folder that became read-only. What was
 * written before stays.
 */
import { isAbsolute, relative, sep } from 'node:path';
import { messageOf, UserError } from './errors.js';

const FIXES: readonly (readonly [RegExp, string])[] = [
  [/^(ENOSPC|EDQUOT)$/, 'free space on its disk, then repeat the command, which goes on'],
  [/^EFBIG$/, 'raise the limit on the size of files (ulimit -f), then repeat the command, which goes on'],
  [/^(EROFS|EACCES|EPERM)$/, 'make the folder writable, then repeat the command, which goes on'],
  [/^EIO$/, 'check its disk, then repeat the command, which goes on'],
];

/** Codes of errors that only writing has; those of an open file do not say which. */
const OF_WRITING = /^(ENOSPC|EDQUOT|EFBIG)$/;

/** The same error as a `UserError` where a file below `folder` could not be written, else as it is. */
export function diskFailure(folder: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  if (path === undefined ? !OF_WRITING.test(error.code) : !isBelow(path, folder)) return error;
  const { code } = error;
  const fix = FIXES.find(([codes]) => codes.test(code))?.[1];
  if (fix === undefined) return error;
  return new UserError(
    { subject: folder, problem: `cannot be written to (${messageOf(error)})`, fix },
    { cause: error },
  );
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}

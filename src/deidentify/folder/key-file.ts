/** Reads the key: a file of enough bytes that nobody else can read. */
import { readFileSync, statSync } from 'node:fs';
import { UserError } from '../../core/errors.js';
import { keyOf, type Key } from '../identity/key.js';

const [FEWEST_BYTES, MOST_BYTES] = [32, 4096];
const MAKE = 'make one: (umask 077; openssl rand 32 > FILE)';

export function readKey(path: string): Key {
  const subject = `--key ${path}`;
  const stats = statSync(path);
  if (!stats.isFile()) throw new UserError({ subject, problem: 'is no file', fix: MAKE });
  if (stats.size < FEWEST_BYTES || stats.size > MOST_BYTES)
    throw new UserError({
      subject,
      problem: `must hold ${FEWEST_BYTES} to ${MOST_BYTES} bytes, and holds ${stats.size}`,
      fix: MAKE,
    });
  // Windows has no such bits.
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)
    throw new UserError({ subject, problem: 'can be read by others', fix: 'run: chmod 600 FILE' });
  const bytes = readFileSync(path);
  if (new Set(bytes).size < 8)
    throw new UserError({ subject, problem: 'holds hardly any different bytes', fix: MAKE });
  return keyOf(bytes);
}

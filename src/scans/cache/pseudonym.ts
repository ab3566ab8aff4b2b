/**
 * Keyed hashes in place of identifiers: equal identifiers stay equal; without the key nobody can test guessed names.
 *
 * The key is drawn once per cache and never leaves it. Nothing that a search decides depends on it.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pseudonym } from '../formats/format.js';

const KEY_FILE = 'pseudonyms.key';
const LETTERS = 20;

export function openPseudonyms(cacheDirectory: string): Pseudonym {
  const path = join(cacheDirectory, KEY_FILE);
  try {
    // Fails if another process was first, whose key is then used.
    writeFileSync(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch {
    // A key exists already.
  }
  const key = readFileSync(path, 'utf8');
  return (identifier) => createHmac('sha256', key).update(identifier).digest('hex').slice(0, LETTERS);
}

/**
 * What compiling a user's file gave, kept in the cache folder: Babel takes a third of a second to load in each of a search's
 * threads and processes, and all of them load the same files.
 *
 * An entry is named by everything that it follows from, so that it is never out of date. Without a folder to write to all
 * is compiled each time.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { writeAtomicallySync } from '../../core/atomic-write.js';
import { hashJson, sha256 } from '../../core/hash.js';
import type { Json } from '../../core/json.js';
import { version } from '../../core/version.js';
import { defaultCacheDirectory } from '../../scans/cache/cache.js';

/** To be raised where what is kept of the same source changes. */
const FORMAT = 1;

const { version: jiti } = createRequire(import.meta.url)('jiti/package.json') as { version: string };

/** The text that `make` gives, or gave before for the same `kind` and `from`. */
export function remembered(kind: string, from: Json, make: () => string): string {
  const key = hashJson({ kind, from, format: FORMAT, voxolve: version, jiti, node: process.version });
  const folder = join(defaultCacheDirectory(), 'compiled');
  const path = join(folder, key);
  const known = readEntry(path);
  if (known !== undefined) return known;
  const made = make();
  try {
    mkdirSync(folder, { recursive: true });
    writeAtomicallySync(path, `${sha256(made)}\n${made}`);
  } catch {
    // It is compiled again the next time.
  }
  return made;
}

/** Undefined where there is none, or a damaged one. */
function readEntry(path: string): string | undefined {
  try {
    const [, hash, text] = /^(\w+)\n([^]*)$/.exec(readFileSync(path, 'utf8')) ?? [];
    return text !== undefined && sha256(text) === hash ? text : undefined;
  } catch {
    return undefined;
  }
}

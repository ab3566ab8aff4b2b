/**
 * What lies in the folder of a fine-tuning, for tests that compare runs.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/core/hash.js';

/** Hash of every file below a folder, by its path. */
export function hashesOf(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, sha256(readFileSync(join(folder, name)))]),
  );
}

const countFiles = (folder: string, end: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(end))
    : [];

/** Finished fits. */
export const fitsDone = (run: string): number => countFiles(join(run, 'fits'), 'fit.json').length;

/** Steps in all checkpoints of fits that are under way. */
export function stepsSaved(run: string): number {
  const folder = join(run, 'fits');
  return countFiles(folder, 'checkpoint.json').reduce((sum, name) => sum + stepOf(join(folder, name)), 0);
}

function stepOf(path: string): number {
  // It may be gone since it was listed, with the fit that it belonged to.
  if (!existsSync(path)) return 0;
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { step: number }).step;
  } catch {
    return 0;
  }
}

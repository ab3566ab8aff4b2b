/**
 * Reads all files, each as the source that it is.
 */
import { existsSync, statSync } from 'node:fs';
import { UserError } from '../core/errors.js';
import { walk } from '../scans/folder/walk.js';
import { sourceOf } from './sources/detect.js';
import type { SourceOptions } from './sources/source.js';
import type { TargetIndex } from './scans/target-index.js';
import { nothingYet, type Collected } from './statement.js';

export async function collect(
  files: readonly string[],
  index: TargetIndex,
  options: SourceOptions,
  onFile?: (done: number, of: number) => void,
): Promise<Collected> {
  const collected = nothingYet();
  for (const [number, path] of files.entries()) {
    onFile?.(number, files.length);
    const source = await sourceOf(path);
    await source.read({ path, number }, { index, options, collected });
  }
  onFile?.(files.length, files.length);
  return collected;
}

/** Files as given, and those in folders. */
export function listedFiles(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (!existsSync(path))
      throw new UserError({ subject: path, problem: 'is not there', fix: 'check the path' });
    return statSync(path).isDirectory() ? walk(path).files.map((file) => file.path) : [path];
  });
  if (files.length > 0) return [...new Set(files)];
  throw new UserError({
    subject: paths.join(', ') || 'FILE',
    problem: 'holds no files',
    fix: 'name files of labels',
  });
}

/**
 * Errors that dciodvfy (dicom3tools) finds in a file and not in the one that it was made from: attributes that its kind of object
 * must have, and values that must not be empty.
 */
import { execFileSync, spawnSync } from 'node:child_process';

export function hasValidator(): boolean {
  try {
    execFileSync('dciodvfy', ['-version'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

/** Returns nothing where the validator cannot tell what kind of object the original is. */
export function newErrors(original: string, written: string): string[] {
  const before = errorsOf(original);
  if (before === null) return [];
  const known = new Set(before);
  return (errorsOf(written) ?? []).filter((error) => !known.has(error));
}

/** Errors on types of attributes, without numbers of items and values; null where the kind of object is not known. */
function errorsOf(path: string): string[] | null {
  const { stdout, stderr } = spawnSync('dciodvfy', ['-new', path], { encoding: 'latin1' });
  const text = stdout + stderr;
  if (!/^[A-Z]\w+$/m.test(text)) return null;
  return text
    .split('\n')
    .filter((line) => /^Error - .* for Type [12]C? /.test(line))
    .map((line) => line.replaceAll(/\[\d+\]/g, ''));
}

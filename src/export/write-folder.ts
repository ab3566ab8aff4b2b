/**
 * Writes an export as a whole or not at all: into a folder next to the target, which is then renamed.
 */
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import { UNFINISHED } from '../core/atomic-write.js';

/** Contents of files, by name relative to the export's folder; folders in names are divided by `/`. */
export type ExportFiles = Readonly<Record<string, string | Uint8Array>>;

/** Writes the files; contents in pieces are written one after another. Throws `UserError` where `directory` is a file, or a folder that is not empty. */
export async function writeFolder(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array | Iterable<string>>>,
): Promise<void> {
  const target = resolve(directory);
  const exists = await isEmptyFolder(directory, target);
  // Every attempt uses one name, so that the next one removes the leftovers of a killed one.
  const draft = join(dirname(target), `.${basename(target)}${UNFINISHED}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(draft, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    // Not every system renames onto an empty folder.
    if (exists) await rmdir(target);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** True if the folder exists; throws where it is not empty. */
async function isEmptyFolder(subject: string, target: string): Promise<boolean> {
  try {
    const names = await readdir(target);
    if (names.length === 0) return true;
    throw new UserError({
      subject,
      problem: `the folder is not empty (it holds ${names.length} entries, such as ${names[0]})`,
      fix: 'name a new folder',
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT') return false;
    if (error.code === 'ENOTDIR') {
      throw new UserError({ subject, problem: 'is a file, not a folder', fix: 'name a new folder' });
    }
    throw error;
  }
}

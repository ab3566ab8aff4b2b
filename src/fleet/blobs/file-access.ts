/**
 * Access to files of a folder that others write into: links are not followed, pipes not waited for, and files that a server
 * replaced meanwhile count as absent.
 */
import { constants } from 'node:fs';
import { lstat, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UNFINISHED } from '../../core/atomic-write.js';

/** Age in milliseconds from which an unfinished file is taken to belong to a writer that died. */
const ABANDONED = 24 * 3600 * 1000;

/** Opens a file for reading; neither follows a link nor waits for the other end of a pipe. */
async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    // ESTALE: the file was replaced on the server.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESTALE') return undefined;
    throw error;
  }
}

/** Opens a file for reading; undefined if it is absent, after a second look by way of its folder. */
export async function openFile(path: string): Promise<FileHandle | undefined> {
  return (await opened(path)) ?? (await again(path));
}

async function again(path: string): Promise<FileHandle | undefined> {
  const names: readonly string[] = await readdir(dirname(path)).catch(() => []);
  return names.includes(basename(path)) ? opened(path) : undefined;
}

/** Entries of a folder; none if it is absent. */
export async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Removes unfinished files of writers that died long ago. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await lstat(path).catch(() => ({ mtimeMs: Infinity }));
    if (name.endsWith(UNFINISHED) && Date.now() - mtimeMs > ABANDONED) await rm(path, { force: true });
  }
}

/** The system's code of an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Writes files that are there whole or not at all, whatever instant the process dies at, and whoever else writes them.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Ending of the names of files that are not complete; one that a dead process left behind is garbage. */
export const UNFINISHED = '.unfinished';

/** A hidden name in the folder of `path`, under which no other writer, of this process or another, writes it. */
export function unfinishedName(path: string): string {
  const unique = `${process.pid}-${randomBytes(8).toString('hex')}`;
  return join(dirname(path), `.${basename(path)}.${unique}${UNFINISHED}`);
}

/**
 * Writes under another name, waits until the disk has it, then takes the name in one step; replaces what was there.
 * Where it fails, nothing is left of it.
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = unfinishedName(path);
  try {
    const file = await open(unfinished, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Does the same as `writeAtomically` before it returns. */
export function writeAtomicallySync(path: string, content: string | Uint8Array): void {
  writePartsAtomicallySync(path, [typeof content === 'string' ? Buffer.from(content) : content]);
}

/** Does the same with content in pieces, which are written one after another. */
export function writePartsAtomicallySync(path: string, parts: Iterable<Uint8Array>): void {
  const unfinished = unfinishedName(path);
  try {
    const file = openSync(unfinished, 'wx');
    try {
      for (const part of parts) writeFileSync(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** True if the process of this machine that an unfinished file is named after still runs, whoever runs it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Writes files that are there whole or not at all, whatever instant the process dies at.
 */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';

/** What a file is called until it is complete; one that a dead process left behind is garbage. */
export const UNFINISHED = '.unfinished';

/** Writes beside `path`, waits until the disk has it, then takes the name in one step; replaces what was there. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const unfinished = path + UNFINISHED;
  const file = openSync(unfinished, 'w');
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
}

/**
 * Drafts that a killed run left behind beside its output: nothing in them was published, and copies of what was held back are as
 * confidential as the originals. The next run with the same output removes them.
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAlive, UNFINISHED, unfinishedName } from '../../core/atomic-write.js';

/** Drafts of this process. */
const own = new Set<string>();

/** Name of a new draft, after those of dead processes are removed. */
export function freshDraft(path: string): string {
  sweep(path);
  const draft = unfinishedName(path);
  own.add(draft);
  return draft;
}

export function removeDraft(draft: string): void {
  rmSync(draft, { recursive: true, force: true });
  own.delete(draft);
}

function sweep(path: string): void {
  const start = `.${basename(path)}.`;
  for (const name of namesIn(dirname(path))) {
    if (!name.startsWith(start) || !name.endsWith(UNFINISHED)) continue;
    const [, pid] = /^(\d+)-[0-9a-f]{16}$/.exec(name.slice(start.length, -UNFINISHED.length)) ?? [];
    const draft = join(dirname(path), name);
    if (pid === undefined || own.has(draft)) continue;
    // A draft of an earlier process with the number of this one is as dead.
    if (Number(pid) === process.pid || !isAlive(Number(pid))) rmSync(draft, { recursive: true, force: true });
  }
}

/** Nothing where there is no such folder yet. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

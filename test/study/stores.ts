/** Databases in a folder that is new for every test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openStore, type Store } from '../../src/store/open.js';

let folder: string;

/** To be called once by a test file. */
export function useStores(): void {
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voxolve-study-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
}

export function storePath(name: string): string {
  return join(folder, name);
}

export async function withStore<T>(name: string, work: (store: Store) => Promise<T> | T): Promise<T> {
  const store = openStore(storePath(name), 'create');
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

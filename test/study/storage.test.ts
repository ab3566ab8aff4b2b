import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { openStore } from '../../src/store/open.js';
import { runToy, tablesOf } from './simulation.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voxolve-storage-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('a study whose database fills its disk', () => {
  it('ends with one line that says so, and goes on to the same end once there is space', async () => {
    const path = join(folder, 'full.db');
    const store = openStore(path, 'create');
    const pages = store.statement('PRAGMA page_count').pluck().get() as number;
    store
      .statement(`PRAGMA max_page_count = ${pages + 4}`)
      .pluck()
      .get();
    const failure = await runToy(store, { candidates: 200 }).then(
      () => undefined,
      (error: unknown) => error,
    );
    store.close();
    expect(failure).toBeInstanceOf(UserError);
    expect(String(failure)).toMatch(
      /full\.db: cannot be used any further \(database or disk is full\); free space/,
    );

    const again = openStore(path, 'write');
    expect((await runToy(again, { candidates: 60 })).completed).toBe(true);
    const healed = tablesOf(again);
    again.close();
    const fresh = openStore(join(folder, 'fresh.db'), 'create');
    await runToy(fresh, { candidates: 60 });
    expect(healed).toEqual(tablesOf(fresh));
    fresh.close();
  });
});

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { openStore } from '../../src/store/open.js';
import { summarise } from '../../src/store/queries.js';
import { verifyStudy } from '../../src/study/verify.js';
import { assessToy, evaluateToy, runToy, tablesOf, toyExperimentIn, toyStrategy } from './simulation.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voxolve-study-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function tablesWith(name: string, parallel: number): Promise<unknown> {
  const store = openStore(join(folder, name), 'create');
  try {
    const end = await runToy(store, { parallel });
    expect(end.completed).toBe(true);
    return tablesOf(store);
  } finally {
    store.close();
  }
}

describe('a study', () => {
  it('gives identical tables with 1, 2 and 8 evaluations at once', async () => {
    const alone = await tablesWith('one.db', 1);
    expect(await tablesWith('two.db', 2)).toEqual(alone);
    expect(await tablesWith('eight.db', 8)).toEqual(alone);
  });

  it('passes its own verification', async () => {
    const store = openStore(join(folder, 'a.db'), 'create');
    await runToy(store);
    const { checked, discrepancies } = verifyStudy(store, toyExperimentIn(store), toyStrategy(), assessToy);
    expect(discrepancies).toEqual([]);
    expect(checked).toBe(60);
    store.close();
  });
});
void [readdirSync, rngOf, summarise, evaluateToy];

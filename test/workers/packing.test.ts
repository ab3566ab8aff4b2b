import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { openStore } from '../../src/store/open.js';
import { Admission } from '../../src/workers/admission.js';
import type { Evaluate } from '../../src/workers/evaluators.js';
import { evaluateToy, runToy, tablesOf } from '../study/simulation.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();

/** Candidates that wait for memory; the most that were inside at once. */
function packed(memory: number): { readonly evaluate: Evaluate; readonly most: () => number } {
  const admission = new Admission([{ workers: 8, memory }]);
  let [inside, most] = [0, 0];
  const evaluate: Evaluate = async (request, signal) => {
    const ticket = await admission.enter(10 + rngOf('bytes', request.number).int(50));
    most = Math.max(most, ++inside);
    try {
      return await evaluateToy(request, signal);
    } finally {
      inside--;
      ticket.leave();
    }
  };
  return { evaluate, most: () => most };
}

async function searched(name: string, memory: number) {
  const store = openStore(join(folder, name), 'create');
  const { evaluate, most } = packed(memory);
  await runToy(store, { evaluate, parallel: 8 });
  const tables = tablesOf(store);
  store.close();
  return { tables, most: most() };
}

describe('packing workers by memory', () => {
  it('changes when candidates run, never the lineage or what comes of them', async () => {
    const free = await searched('free.db', Infinity);
    const tight = await searched('tight.db', 100);
    const alone = await searched('alone.db', 1);
    expect([free.most, alone.most]).toEqual([8, 1]);
    expect(tight.most).toBeLessThan(8);
    expect(tight.tables).toEqual(free.tables);
    expect(alone.tables).toEqual(free.tables);
  });
});

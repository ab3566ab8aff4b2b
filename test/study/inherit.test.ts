import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { openStore, type Store } from '../../src/store/open.js';
import { temporaryFolder } from '../support/tiny.js';
import { evaluateToy, runToy, tablesOf } from './simulation.js';

const folder = temporaryFolder();

/** Children start from their parents' weights; returns who was handed whose. */
async function inheriting(name: string, parallel: number, candidates = 40): Promise<[Store, string[]]> {
  const store = openStore(join(folder, name), 'create');
  const handed: string[] = [];
  await runToy(store, {
    inherit: true,
    keepWeights: 1e9,
    parallel,
    candidates,
    evaluate: async (request, signal) => {
      const outcome = await evaluateToy(request, signal);
      const { parent } = request;
      if (parent === undefined) return outcome;
      handed.push(`${request.number} ${parent.number} ${parent.weights['weight']?.data[0]}`);
      return { ...outcome, inherited: { from: parent.number, tensors: { weight: 'copied' } } };
    },
  });
  return [store, handed.sort()];
}

describe('a study whose children inherit', () => {
  it('hands each the weights of the very candidate it was mutated from, however many run at once', async () => {
    const [one, handed] = await inheriting('one.db', 1);
    const [eight, again] = await inheriting('eight.db', 8);
    expect(handed.length).toBeGreaterThan(10);
    // The simulated weights hold the number of the candidate that they belong to.
    for (const entry of handed) {
      const [, parent, owner] = entry.split(' ');
      expect(owner).toBe(parent);
    }
    expect(again).toEqual(handed);
    expect(tablesOf(eight)).toEqual(tablesOf(one));
    one.close();
    eight.close();
  });

  it('records what every evaluation started from', async () => {
    const [store, handed] = await inheriting('recorded.db', 2);
    const recorded = store
      .statement(
        `SELECT number || ' ' || json_extract(inherited, '$.from') FROM evaluations
         JOIN candidates ON candidates.id = candidate WHERE inherited IS NOT NULL`,
      )
      .pluck()
      .all() as string[];
    expect(recorded.sort()).toEqual(handed.map((entry) => entry.split(' ').slice(0, 2).join(' ')).sort());
    store.close();
  });
});

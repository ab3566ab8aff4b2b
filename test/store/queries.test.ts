import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ancestry,
  chooseExperiment,
  createExperiment,
  extendExperiment,
  openStore,
  summarise,
  type Store,
} from '../../src/store/index.js';
import { runToy, toyExperiment, toyExperimentIn } from '../study/simulation.js';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-queries-'));
  store = openStore(join(folder, 'a.db'), 'create');
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

describe('the summary of an experiment', () => {
  it('is empty before the first candidate', () => {
    const { id } = toyExperimentIn(store);
    expect(summarise(store, id)).toEqual({
      candidates: { pending: 0, running: 0, done: 0, failed: 0, infeasible: 0, total: 0 },
      best: null,
      medianOfFirstTen: null,
      diverged: 0,
    });
  });

  it('counts candidates by status and agrees with the study on the best', async () => {
    const end = await runToy(store);
    const { candidates, best, medianOfFirstTen, diverged } = summarise(store, toyExperimentIn(store).id);
    expect(candidates.total).toBe(60);
    expect(candidates.done + candidates.failed + candidates.infeasible).toBe(60);
    expect(best).toEqual(end.best);
    expect(diverged).toBeGreaterThan(0);
    const scores = store
      .statement('SELECT score FROM candidates WHERE number < 10 AND score IS NOT NULL')
      .pluck()
      .all() as number[];
    const below = scores.filter((score) => score < (medianOfFirstTen ?? NaN)).length;
    const above = scores.filter((score) => score > (medianOfFirstTen ?? NaN)).length;
    expect(below).toBe(above);
  });
});

describe('the ancestry of a candidate', () => {
  it('leads from a founder to it by mutations, with the gain of each', async () => {
    const { best } = await runToy(store);
    const line = ancestry(store, toyExperimentIn(store).id, best?.number ?? -1);
    expect(line.length).toBeGreaterThan(1);
    expect(line.at(-1)).toMatchObject({ number: best?.number, score: best?.score });
    expect(line[0]).toMatchObject({ parent: null, mutations: [], gain: null });
    for (const [i, { parent, mutations, gain, score }] of line.entries()) {
      const elder = line[i - 1];
      if (elder === undefined) continue;
      expect(parent).toBe(elder.number);
      expect(mutations).toHaveLength(1);
      expect(gain).toBe((score ?? NaN) - (elder.score ?? NaN));
    }
  });

  it('ends where parents were altered into a circle', async () => {
    const { best } = await runToy(store);
    store.statement('UPDATE candidate_parents SET parent = candidate').run();
    const line = ancestry(store, toyExperimentIn(store).id, best?.number ?? -1);
    expect(line.map(({ number }) => number)).toEqual([best?.number]);
  });

  it('of a candidate that does not exist is empty', () => {
    expect(ancestry(store, toyExperimentIn(store).id, 3)).toEqual([]);
  });
});

describe('choosing an experiment', () => {
  it('takes the only one, or the one named, and lists the names where it cannot', () => {
    expect(() => chooseExperiment(store)).toThrow(
      'holds no experiment: it was copied without its -wal file, or its search ended before it began; copy',
    );
    const a = createExperiment(
      store,
      toyExperiment({ name: 'a', spec: { deep: [1, { x: null }] } }),
      new Date(0),
    );
    expect(chooseExperiment(store)).toEqual(a);
    const b = createExperiment(store, toyExperiment({ name: 'b' }), new Date(0));
    expect(chooseExperiment(store, 'b')).toEqual(b);
    expect(() => chooseExperiment(store)).toThrow('holds 2 experiments; choose one with --experiment: a, b');
    expect(() => chooseExperiment(store, 'c')).toThrow('holds no experiment named c');
    expect(() => createExperiment(store, toyExperiment({ name: 'a' }), new Date(0))).toThrow('already holds');
  });

  it('remembers that more candidates are wanted, never fewer', () => {
    const { id } = toyExperimentIn(store);
    extendExperiment(store, id, 100);
    extendExperiment(store, id, 70);
    expect(chooseExperiment(store).candidates).toBe(100);
  });
});

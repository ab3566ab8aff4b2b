import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import type { Ended } from '../../src/core/records.js';
import { strategies } from '../../src/search/strategies/index.js';
import type { Strategy } from '../../src/search/strategy.js';
import { createExperiment, findExperiment, type ExperimentRow } from '../../src/store/experiments.js';
import type { Store } from '../../src/store/open.js';
import { chooseWinners, isTrusted } from '../../src/study/auxiliary.js';
import { verifyStudy } from '../../src/study/verify.js';
import type { Evaluate } from '../../src/workers/evaluators.js';
import { dyingStore, Killed } from './dying-store.js';
import { outcomeOf, runToy, tablesOf, toyExperiment, toyStrategy } from './simulation.js';
import { withStore, useStores } from './stores.js';

const CANDIDATES = 60;
const LOOKAHEAD = 6;
const auxiliary = {
  trust: { share: 0.2, longer: 2 },
  winners: { candidates: 3, seeds: 2, longer: 1 },
  probeShare: 0.3,
};
const stopping = { curve: 'validation/score', quantile: 0.5, atLeast: 4 };

/** A curve that rises to the score; training ends where it misses what is demanded. Turns differ by number. */
const evaluate: Evaluate = async ({ number, genome, seed, share, probe, stopBelow = [], purpose }) => {
  const turns = 1 + Math.floor(6 * rngOf('turns', number, seed).float());
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  const whole = outcomeOf(number, genome);
  if (whole.score === null) return whole;
  const noise = purpose === 'search' ? 0 : 0.02 * rngOf('noise', number, seed).normal();
  const last = Math.round(10 * share);
  const steps: number[] = [];
  const values: number[] = [];
  let ended: Ended | undefined;
  for (let step = 1; step <= last && ended === undefined; step++) {
    steps.push(step);
    values.push((whole.score + noise) * (step / last) ** 0.3);
    const demanded = stopBelow.find((one) => one.step === step)?.score ?? -Infinity;
    if (step < last && Math.max(...values) < demanded) ended = 'curve';
  }
  return {
    ...whole,
    score: whole.status === 'diverged' ? 0 : (values.at(-1) ?? 0),
    steps: steps.length,
    curves: [{ name: 'validation/score', steps, values }],
    ...(ended === undefined ? {} : { ended }),
    ...(probe ? { probes: [{ name: 'ridge', value: whole.score, low: 0, high: 1 }] } : {}),
  };
};

useStores();

const experimentIn = (store: Store): ExperimentRow =>
  findExperiment(store, 'toy') ??
  createExperiment(store, toyExperiment({ lookahead: LOOKAHEAD }), new Date(0));
const strategyOf = (name: string): Strategy => toyStrategy({ name }, LOOKAHEAD);

/** Without stopping by curves, candidates may be decided out of order. */
interface Rules {
  readonly stopping?: typeof stopping | undefined;
}

function run(store: Store, name: string, parallel: number, changes: object = {}): Promise<unknown> {
  const plan = { auxiliary, stopping, evaluate, parallel, candidates: CANDIDATES };
  return runToy(store, { experiment: experimentIn(store), strategy: strategyOf(name), ...plan, ...changes });
}

const verified = (store: Store, name: string, rules: Rules = { stopping }): ReturnType<typeof verifyStudy> =>
  verifyStudy(store, experimentIn(store), { strategy: strategyOf(name), auxiliary, ...rules });

const countOf = (store: Store, condition: string): number =>
  store.statement(`SELECT count(*) FROM evaluations WHERE ${condition}`).pluck().get() as number;

describe.each(Object.keys(strategies))('what the strategy %s is not told', (name) => {
  it.each([
    ['with stopping by curves', { stopping }],
    ['without', { stopping: undefined }],
  ])('is the same with 1, 2 and 8 at once and after ten kills, and verifies, %s', async (_, rules: Rules) => {
    const whole = await withStore('whole.db', async (store) => {
      await run(store, name, 1, rules);
      expect(verified(store, name, rules).discrepancies).toEqual([]);
      expect(countOf(store, "purpose = 'winner'")).toBe(6);
      expect(countOf(store, "purpose = 'trust'")).toBeGreaterThan(0);
      if (rules.stopping !== undefined) expect(countOf(store, "ended = 'curve'")).toBeGreaterThan(0);
      return tablesOf(store);
    });
    for (const parallel of [2, 8]) {
      const tables = await withStore(`${parallel}.db`, async (store) => {
        await run(store, name, parallel, rules);
        return tablesOf(store);
      });
      expect(tables).toEqual(whole);
    }
    const rng = rngOf('kills beside', name);
    for (let kill = 0; kill < 10; kill++) {
      const parallel = rng.pick([1, 2, 8]);
      const attempt = withStore('killed.db', (store) => {
        experimentIn(store);
        return run(dyingStore(store, 4 + rng.int(20)), name, parallel, rules);
      });
      await expect(attempt).rejects.toThrow(Killed);
    }
    const healed = await withStore(
      'killed.db',
      async (store) => (await run(store, name, 8, rules), tablesOf(store)),
    );
    expect(healed).toEqual(whole);
  });

  it('leaves the search as it is without', async () => {
    const searched = (changes: object): Promise<unknown> =>
      withStore(`${JSON.stringify(changes).length}.db`, async (store) => {
        await run(store, name, 4, { stopping: undefined, ...changes });
        return store.statement('SELECT number, genome, score, rung FROM candidates ORDER BY number').all();
      });
    expect(await searched({})).toEqual(await searched({ auxiliary: {} }));
  });
});

describe('auxiliary evaluations', () => {
  it('keep the full evaluations and choose winners anew when the search is extended', async () => {
    const trusted = (store: Store): unknown =>
      store
        .statement(
          "SELECT number, seed FROM evaluations JOIN candidates ON candidate = candidates.id WHERE purpose = 'trust' ORDER BY 1",
        )
        .all();
    const long = await withStore('long.db', async (store) => {
      await run(store, 'evolution', 4, { candidates: 90 });
      return trusted(store);
    });
    await withStore('extended.db', async (store) => {
      await run(store, 'evolution', 4);
      await run(store, 'evolution', 4, { candidates: 90 });
      expect(trusted(store)).toEqual(long);
      expect(verified(store, 'evolution').discrepancies).toEqual([]);
      const rounds = store.statement('SELECT DISTINCT chosen_from FROM winners ORDER BY 1').pluck().all();
      expect(rounds).toEqual([60, 90]);
    });
  });

  it.each([
    ['winners', 'UPDATE winners SET candidate = (SELECT max(id) FROM candidates) WHERE place = 0'],
    ['winners', "UPDATE evaluations SET seed = seed + 70 WHERE purpose = 'winner'"],
    [
      'trust',
      `UPDATE evaluations SET purpose = 'trust' WHERE id = (SELECT max(id) FROM evaluations WHERE purpose = 'winner')`,
    ],
    ['steps', "UPDATE evaluations SET ended = NULL, steps = 10 WHERE ended = 'curve'"],
  ])('that the log does not ask for are found: %s', async (what, sql) => {
    await withStore('a.db', async (store) => {
      await run(store, 'evolution', 4);
      store.statement(sql).run();
      expect(verified(store, 'evolution').discrepancies.map((found) => found.what)).toContain(what);
    });
  });

  it('spend the share of the steps that they were granted', () => {
    const rungs = [1 / 9, 1 / 3, 1];
    const plan = { share: 0.05, longer: 2 };
    const numbers = Array.from({ length: 60_000 }, (_, number) => number);
    const chosen = numbers.filter((number) =>
      isTrusted(plan, 1, { number, rung: 0, promoted: false }, rungs),
    );
    // Every new genome costs a ninth and, in the mean, as much again at each of two rungs above.
    const searched = numbers.length / 3;
    const spent = chosen.length * plan.longer;
    expect(spent / (spent + searched)).toBeCloseTo(plan.share, 2);
    expect(isTrusted(plan, 1, { number: chosen[0] ?? 0, rung: 0, promoted: true }, rungs)).toBe(false);
  });

  it('choose the highest rung before the highest score, and each genome once', () => {
    const candidate = (number: number, genome: string, rung: number, score: number | null) => ({
      number,
      genome,
      rung,
      score,
      status: score === null ? 'failed' : 'done',
    });
    const all = [
      candidate(0, 'a', 0, 0.9),
      candidate(1, 'b', 1, 0.5),
      candidate(2, 'c', 0, null),
      candidate(3, 'b', 0, 0.8),
      candidate(4, 'd', 0, 0.9),
    ];
    expect(chooseWinners(all, 3)).toEqual([1, 0, 4]);
  });
});

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/json.js';
import { rngOf } from '../../src/core/random.js';
import { asSequential, type Result, type Strategy } from '../../src/search/strategy.js';
import { createExperiment, findExperiment, type ExperimentRow } from '../../src/store/experiments.js';
import type { Store } from '../../src/store/open.js';
import { artifactFolder } from '../../src/store/paths.js';
import { verifyStudy } from '../../src/study/verify.js';
import type { Evaluate } from '../../src/workers/evaluators.js';
import { dyingStore, Killed } from './dying-store.js';
import {
  toyFeasibility,
  evaluateToy,
  outcomeOf,
  runToy,
  tablesOf,
  toyChoices,
  toyExperiment,
  toyExperimentIn,
  toyStrategy,
  type ToyChanges,
} from './simulation.js';
import { storePath, withStore, useStores } from './stores.js';

useStores();

const tablesAfter = (name: string, changes: ToyChanges): Promise<unknown> =>
  withStore(name, async (store) => {
    expect((await runToy(store, changes)).completed).toBe(true);
    return tablesOf(store);
  });

describe('a study', () => {
  it('gives identical tables with 1, 2 and 8 evaluations at once, and with more than the lookahead', async () => {
    const alone = await tablesAfter('one.db', { parallel: 1 });
    for (const parallel of [2, 8, 50]) {
      expect(await tablesAfter(`${parallel}.db`, { parallel })).toEqual(alone);
    }
  });

  it.each(
    Object.keys(toyChoices).flatMap((name) => [1, 3, 20].map((lookahead) => [name, lookahead] as const)),
  )(
    'with the strategy %s and a lookahead of %i does not depend on how many are evaluated at once',
    async (name, lookahead) => {
      const run = (parallel: number): Promise<unknown> =>
        withStore(`${parallel}.db`, async (store) => {
          const experiment = createExperiment(store, toyExperiment({ lookahead }), new Date(0));
          const strategy = (): Strategy => toyStrategy(toyChoices[name], lookahead);
          await runToy(store, { experiment, strategy: strategy(), candidates: 40, parallel });
          expect(verifyStudy(store, experiment, { strategy: strategy() }).discrepancies).toEqual([]);
          return tablesOf(store);
        });
      expect(await run(5)).toEqual(await run(1));
    },
  );

  it('gives another search for another strategy', async () => {
    const random = await tablesAfter('random.db', { strategy: toyStrategy({ name: 'random' }) });
    expect(random).not.toEqual(await tablesAfter('evolution.db', {}));
  });

  it('evaluates as many at once as it may, never more', async () => {
    let running = 0;
    let most = 0;
    const evaluate: Evaluate = async (request, signal) => {
      most = Math.max(most, ++running);
      const outcome = await evaluateToy(request, signal);
      running--;
      return outcome;
    };
    await withStore('a.db', (store) => runToy(store, { evaluate, parallel: 5 }));
    expect(most).toBe(5);
  });

  it.each(['random', 'evolution', 'nsga2'])('decides no more than the lookahead ahead: %s', async (name) => {
    await withStore('a.db', async (store) => {
      let most = 0;
      const open = store.statement("SELECT count(*) FROM candidates WHERE status IN ('pending', 'running')");
      const evaluate: Evaluate = (request, signal) => {
        most = Math.max(most, open.pluck().get() as number);
        return evaluateToy(request, signal);
      };
      await runToy(store, { evaluate, strategy: toyStrategy({ name }) });
      expect(most).toBe(toyExperimentIn(store).lookahead);
    });
  });

  it('hands out genomes as they are read back after a kill, down to the order of keys', async () => {
    const evaluate: Evaluate = (request, signal) => {
      expect(JSON.stringify(request.genome)).toBe(canonicalJson(request.genome));
      return evaluateToy(request, signal);
    };
    const told: string[] = [];
    const strategy = asSequential(toyStrategy());
    const tell = (result: Result): void => {
      told.push(JSON.stringify(result.genome));
      strategy.tell(result);
    };
    await withStore('a.db', async (store) => {
      await runToy(store, { evaluate, strategy: { ...strategy, tell } });
      const stored = store.statement('SELECT genome FROM candidates ORDER BY number').pluck().all();
      expect(told.length).toBeGreaterThan(50);
      expect(told).toEqual(stored.slice(0, told.length));
    });
  });

  it('extended to more candidates is the same as one that wanted them from the start', async () => {
    const long = await tablesAfter('long.db', { candidates: 80 });
    await withStore('extended.db', (store) => runToy(store, { candidates: 35 }));
    expect(await tablesAfter('extended.db', { candidates: 80 })).toEqual(long);
  });

  it('stopped by its signal leaves nothing running and goes on later', async () => {
    const whole = await tablesAfter('whole.db', {});
    const stop = new AbortController();
    await withStore('stopped.db', async (store) => {
      const end = await runToy(store, {
        signal: stop.signal,
        onEvent: (event) => {
          if (event.kind === 'finished' && event.finished === 35) stop.abort();
        },
        evaluate: async (request, signal) => {
          const outcome = await evaluateToy(request, signal);
          signal.throwIfAborted();
          return outcome;
        },
      });
      expect(end.completed).toBe(false);
      const statuses = store
        .statement('SELECT DISTINCT status FROM candidates ORDER BY status')
        .pluck()
        .all();
      expect(statuses).toEqual(['done', 'failed', 'infeasible', 'pending']);
    });
    expect(await tablesAfter('stopped.db', {})).toEqual(whole);
  });

  it('passes on what the evaluator throws, after the others under way ended, and goes on later', async () => {
    const whole = await tablesAfter('whole.db', {});
    await withStore('broken.db', async (store) => {
      const evaluate: Evaluate = (request, signal) =>
        request.number === 17 ? Promise.reject(new Error('no such engine')) : evaluateToy(request, signal);
      await expect(runToy(store, { evaluate })).rejects.toThrow('no such engine');
      expect(store.statement("SELECT count(*) FROM candidates WHERE status = 'running'").pluck().get()).toBe(
        0,
      );
    });
    expect(await tablesAfter('broken.db', {})).toEqual(whole);
  });

  it('records a diverged candidate as done with the worst score, a failed one without a score', async () => {
    await withStore('a.db', async (store) => {
      await runToy(store);
      const fates = store
        .statement(
          `SELECT DISTINCT candidates.status AS candidate, evaluations.status AS evaluation, candidates.score IS NULL AS none
           FROM candidates JOIN evaluations ON candidate = candidates.id ORDER BY 2`,
        )
        .all();
      expect(fates).toEqual([
        { candidate: 'done', evaluation: 'diverged', none: 0 },
        { candidate: 'done', evaluation: 'done', none: 0 },
        { candidate: 'failed', evaluation: 'failed', none: 1 },
        { candidate: 'infeasible', evaluation: 'infeasible', none: 1 },
      ]);
    });
  });

  it('refuses a score that is not a number', async () => {
    await withStore('a.db', async (store) => {
      const evaluate: Evaluate = ({ number, genome }) =>
        Promise.resolve({ ...outcomeOf(number, genome), status: 'done', score: NaN });
      await expect(runToy(store, { evaluate })).rejects.toThrow('cannot have the score NaN');
    });
  });
});

describe('a study killed between any two commits', () => {
  it('ends in identical tables and weights files, and loses no evaluation', async () => {
    const whole = await tablesAfter('whole.db', {});
    const rng = rngOf('kills');
    for (let run = 0; run < 6; run++) {
      const name = `killed-${run}.db`;
      let kills = 0;
      let evaluations = 0;
      for (let completed = false; !completed;) {
        completed = await withStore(name, async (store) => {
          const count = (): number =>
            store.statement('SELECT count(*) FROM evaluations').pluck().get() as number;
          expect(count()).toBeGreaterThanOrEqual(evaluations);
          evaluations = count();
          toyExperimentIn(store);
          try {
            await runToy(dyingStore(store, rng.int(40)), { parallel: 1 + rng.int(8) });
            return true;
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
            kills++;
            return false;
          }
        });
        if (kills > 400) throw new Error('no progress');
      }
      expect(kills).toBeGreaterThanOrEqual(2);
      expect(await withStore(name, tablesOf)).toEqual(whole);
      expect(weightsOf(name)).toEqual(weightsOf('whole.db'));
    }
  });
});

describe.each(Object.keys(toyChoices))('a study with the strategy %s', (name) => {
  it('killed ten times, with 1, 2 and 8 evaluations at once, ends in the tables of one that was not', async () => {
    const lookahead = 8;
    const experiment = (store: Store): ExperimentRow =>
      findExperiment(store, 'toy') ?? createExperiment(store, toyExperiment({ lookahead }), new Date(0));
    const run = (store: Store, parallel: number, commits = Infinity): Promise<unknown> =>
      runToy(dyingStore(store, commits), {
        experiment: experiment(store),
        strategy: toyStrategy(toyChoices[name], lookahead),
        candidates: 50,
        parallel,
      });
    const whole = await withStore('whole.db', async (store) => {
      await run(store, 1);
      return tablesOf(store);
    });
    const rng = rngOf('kills', name);
    for (let kill = 0; kill < 10; kill++) {
      const attempt = withStore('killed.db', (store) => run(store, rng.pick([1, 2, 8]), 2 + rng.int(16)));
      await expect(attempt).rejects.toThrow(Killed);
    }
    expect(await withStore('killed.db', async (store) => (await run(store, 8), tablesOf(store)))).toEqual(
      whole,
    );
  });
});

function weightsOf(name: string): string[] {
  return readdirSync(artifactFolder(storePath(name))).sort();
}

describe('verification', () => {
  const verified = (store: Store): ReturnType<typeof verifyStudy> =>
    verifyStudy(store, toyExperimentIn(store), { strategy: toyStrategy(), feasibility: toyFeasibility });

  it('passes on a study as it was run, whole or stopped', async () => {
    await withStore('a.db', async (store) => {
      await runToy(store, { candidates: 40 });
      expect(verified(store)).toEqual({ checked: 40, discrepancies: [] });
      store.statement("UPDATE candidates SET status = 'pending', score = NULL WHERE number = 39").run();
      store.statement('DELETE FROM evaluations WHERE candidate = (SELECT max(id) FROM candidates)').run();
      expect(verified(store)).toEqual({ checked: 40, discrepancies: [] });
    });
  });

  it.each([
    [
      'parents',
      'UPDATE candidate_parents SET parent = (SELECT id FROM candidates WHERE number = 2) WHERE candidate = @id',
    ],
    ['parents', 'DELETE FROM candidate_parents WHERE candidate = @id'],
    ['parents', "UPDATE candidate_parents SET role = 'crossover' WHERE candidate = @id"],
    ['mutations', "UPDATE mutations SET path = '/stem' WHERE candidate = @id"],
    ['mutations', "UPDATE mutations SET kind = 'other' WHERE candidate = @id"],
    ['mutations', "UPDATE mutations SET before = '1' WHERE candidate = @id"],
    ['mutations', "UPDATE mutations SET after = '1' WHERE candidate = @id"],
    ['mutations', "UPDATE mutations SET after = 'no JSON' WHERE candidate = @id"],
    ['mutations', 'DELETE FROM mutations WHERE candidate = @id'],
    ['genome_hash', "UPDATE candidates SET genome_hash = 'abc' WHERE id = @id"],
    [
      'genome',
      `UPDATE candidates SET genome = '{"stages":[{"block":"conv","width":8}],"stem":"odd"}' WHERE id = @id`,
    ],
    ['score', 'UPDATE candidates SET score = 0.9 WHERE id = @id'],
    ['status', "UPDATE candidates SET status = 'failed' WHERE id = @id"],
    ['params', 'UPDATE candidates SET params = 1 WHERE id = @id'],
    ['macs', 'UPDATE candidates SET macs = 100 WHERE id = @id'],
  ])('names the candidate whose %s were altered: %s', async (what, sql) => {
    await withStore('a.db', async (store) => {
      await runToy(store, { candidates: 40 });
      const victim = store
        .statement(
          `SELECT id, number FROM candidates JOIN candidate_parents ON candidate = id
           WHERE status = 'done' AND number > 20 ORDER BY number LIMIT 1`,
        )
        .get() as { id: number; number: number };
      store.statement(sql).run({ id: victim.id });
      const [first] = verified(store).discrepancies.filter(
        (one) => one.candidate === victim.number && one.what === what,
      );
      expect(first).toBeDefined();
      expect(verified(store).discrepancies[0]?.candidate).toBe(victim.number);
    });
  });

  it('names the candidate whose genome is no JSON any more', async () => {
    await withStore('a.db', async (store) => {
      await runToy(store, { candidates: 20 });
      store.statement("UPDATE candidates SET genome = '{' WHERE number = 7").run();
      expect(() => verified(store)).toThrow('the genome of candidate 7 was altered: it is not JSON');
    });
  });

  it('finds a candidate that was removed', async () => {
    await withStore('a.db', async (store) => {
      await runToy(store, { candidates: 40 });
      store.statement('DELETE FROM candidates WHERE number = 11').run();
      expect(verified(store).discrepancies[0]).toMatchObject({
        what: 'status',
        expected: 'not decided: the result of candidate 11 is missing',
        found: 'done',
      });
      await expect(runToy(store)).rejects.toThrow('candidate 11 is missing from its log');
    });
  });

  it('finds a candidate that was removed from a search that decides in order', async () => {
    const strategy = (): Strategy => toyStrategy({ name: 'nsga2' });
    await withStore('a.db', async (store) => {
      await runToy(store, { candidates: 40, strategy: strategy() });
      store.statement('DELETE FROM candidates WHERE number = 11').run();
      const { discrepancies } = verifyStudy(store, toyExperimentIn(store), { strategy: strategy() });
      expect(discrepancies[0]).toMatchObject({ what: 'number', expected: 11, found: 12 });
      const again = runToy(store, { strategy: strategy() });
      await expect(again).rejects.toThrow('candidate 11 is missing from its log');
    });
  });

  it('passes on a search that was stopped with candidates decided out of order', async () => {
    await withStore('a.db', async (store) => {
      const stop = new AbortController();
      // Candidate 12 takes as long as all others together.
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const run = runToy(store, {
        candidates: 60,
        signal: stop.signal,
        evaluate: async (request, signal) => {
          if (request.number === 12) await held;
          signal.throwIfAborted();
          return evaluateToy(request, signal);
        },
        onEvent: (event) => {
          if (event.kind !== 'finished' || event.finished < 24) return;
          stop.abort();
          release();
        },
      });
      expect((await run).completed).toBe(false);
      const numbers = store.statement('SELECT number FROM candidates ORDER BY number').pluck().all();
      expect(numbers.some((number, i) => number !== i)).toBe(true);
      expect(verified(store)).toEqual({ checked: numbers.length, discrepancies: [] });
      expect((await runToy(store, { candidates: 60 })).completed).toBe(true);
      expect(verified(store)).toEqual({ checked: 60, discrepancies: [] });
      const tables = tablesOf(store);
      expect(tables).toEqual(await tablesAfter('whole.db', { candidates: 60 }));
    });
  });
});

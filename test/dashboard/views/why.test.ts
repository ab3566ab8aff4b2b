/** Decisions derived anew, of searches by every strategy: they are those of the log, and tampering shows. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { whyView } from '../../../src/dashboard/views/why.js';
import type { WhyView } from '../../../src/dashboard/views/types.js';
import { strategies } from '../../../src/search/strategies/index.js';
import { chooseExperiment, openStore } from '../../../src/store/index.js';
import { smallSpace, temporaryFolder } from '../../support/tiny.js';
import { reading } from './quick-search.js';
import { simulate } from './simulated.js';

const small = { population: 6, sample: 3 };
const options: Readonly<Record<string, object>> = {
  evolution: small,
  nsga2: { population: 6, crossover: 0.5 },
  predictor: { initial: 6, pool: 8 },
  'local-search': { patience: 5 },
  hyperband: { strategy: { name: 'evolution', options: small } },
};
const genome = { widths: { first: 2, second: 3 }, activation: 'relu' };
const choices = [
  ...Object.keys(strategies).map((name) => ({
    title: name,
    strategy: { name, options: options[name] ?? {} },
  })),
  {
    title: 'evolution with a start',
    strategy: { name: 'evolution', options: { ...small, start: [genome] } },
  },
];
const folder = temporaryFolder();

async function allOf(database: string): Promise<readonly WhyView[]> {
  return reading(database, async (store) => {
    const row = chooseExperiment(store);
    const numbers = store
      .statement('SELECT number FROM candidates ORDER BY number')
      .pluck()
      .all() as number[];
    const views: WhyView[] = [];
    for (const number of numbers) views.push(await whyView(store, row, number));
    return views;
  });
}

const whyOf = (database: string, number: number): Promise<WhyView> =>
  reading(database, (store) => whyView(store, chooseExperiment(store), number));

function tampered(database: string, ...statements: readonly string[]): string {
  const copy = join(temporaryFolder(), 'tampered.db');
  copyFileSync(database, copy);
  const store = openStore(copy, 'write');
  for (const sql of statements) store.statement(sql).run();
  store.close();
  return copy;
}

describe.each(choices)('of a search by $title', ({ title, strategy }) => {
  it('every decision derived anew is the one in the log, and says how it came about', async () => {
    const database = await simulate(folder, { strategy }, `${title}.db`);
    const views = await allOf(database);
    expect(views).toHaveLength(40);
    for (const { number, agrees, steps, generatorKey, needs } of views) {
      expect([number, agrees]).toEqual([number, true]);
      expect(generatorKey).toEqual([3, number, 'ask']);
      expect(steps.length).toBeGreaterThan(1);
      for (const step of steps) expect(step).toMatch(/^[A-Z][^\n]*[.:]$/);
      const last = needs.kind === 'these' ? Math.max(-1, ...needs.numbers) : needs.end - 1;
      expect(last).toBeLessThanOrEqual(Math.max(-1, number - 4));
    }
  });
});

describe('the decision on a child', () => {
  it('shows its tournament, best first, from the scores of the log', async () => {
    const strategy = { name: 'evolution', options: small };
    const database = await simulate(folder, { strategy }, 'tournament.db');
    const views = (await allOf(database)).filter(({ tournament }) => tournament !== null);
    expect(views.length).toBeGreaterThan(25);
    const scores = await reading(
      database,
      (store) =>
        new Map(
          store.statement('SELECT number, score FROM candidates').raw().all() as [number, number | null][],
        ),
    );
    const parents = await reading(
      database,
      (store) =>
        new Map(
          store
            .statement(
              `SELECT own.number, elder.number FROM candidate_parents
               JOIN candidates AS own ON own.id = candidate JOIN candidates AS elder ON elder.id = parent`,
            )
            .raw()
            .all() as [number, number][],
        ),
    );
    for (const { number, tournament, needs, steps } of views) {
      const members = tournament ?? [];
      expect(members.filter(({ chosen }) => chosen).map((one) => one.number)).toEqual([parents.get(number)]);
      expect(members[0]?.chosen).toBe(true);
      for (const member of members) {
        expect(member.score).toBe(scores.get(member.number));
        expect(member.score ?? -Infinity).toBeLessThanOrEqual(members[0]?.score ?? -Infinity);
        expect(member.number).toBeGreaterThan(number - 4 - small.population);
      }
      const told = members.map((one) => one.number).sort((a, b) => a - b);
      expect(needs).toEqual({ kind: 'these', numbers: told });
      expect(steps[0]).toBe(
        `Candidate ${number} was decided from the results of candidates ${told.join(', ')} alone, with the generator (seed 3, ${number}, ask).`,
      );
    }
  });

  it('shows the proposals that constraints refused before it, with their reasons', async () => {
    const strategy = { name: 'evolution', options: small };
    const database = await simulate(folder, { strategy, constraints: { params: 950 } }, 'tight.db');
    const refused = (await allOf(database)).flatMap((view) => view.refused);
    expect(refused.length).toBeGreaterThan(5);
    for (const { reason } of refused) expect(reason).toMatch(/^\d+ parameters exceed the limit of 950$/);
    expect(refused.some(({ kind, path }) => kind === 'sample' && path === '')).toBe(true);
    expect(refused.some(({ path }) => path.startsWith('/widths/'))).toBe(true);
  });

  it('takes as long among many, since only what it rests on is read', async () => {
    const database = await simulate(folder, { strategy: { name: 'evolution', options: small } }, 'few.db');
    // All that it does not rest on is gone or unreadable.
    const { needs } = await whyOf(database, 30);
    if (needs.kind !== 'these') throw new Error(needs.kind);
    const spared = [...needs.numbers, 30].join();
    const copy = tampered(
      database,
      `UPDATE candidates SET genome = '{', status = 'pending' WHERE number NOT IN (${spared})`,
    );
    expect((await whyOf(copy, 30)).agrees).toBe(true);
  });
});

describe('a log that was altered', () => {
  const strategy = { name: 'evolution', options: small };

  it('disagrees with the decision derived anew where a genome, a mutation or a parent’s score differs', async () => {
    const database = await simulate(folder, { strategy }, 'altered.db');
    const child = (await allOf(database)).findLast(
      ({ tournament }) => (tournament?.[1]?.score ?? null) !== null,
    );
    const { number = -1, tournament } = child ?? {};
    const other = JSON.stringify({ widths: { first: 7, second: 7 }, activation: 'silu' });
    const one = await whyOf(
      tampered(database, `UPDATE candidates SET genome = '${other}' WHERE number = ${number}`),
      number,
    );
    expect(one.agrees).toBe(false);
    expect(one.steps.at(-1)).toMatch(/^The log holds something else \(genome/);
    const second = tournament?.[1]?.number;
    const better = await whyOf(
      tampered(database, `UPDATE candidates SET score = 2 WHERE number = ${second}`),
      number,
    );
    expect(better.agrees).toBe(false);
    expect(better.tournament?.[0]?.number).toBe(second);
  });

  it('is refused in one line where a result is missing or a genome cannot be read', async () => {
    const database = await simulate(folder, { strategy }, 'broken.db');
    const { needs } = await whyOf(database, 30);
    const [needed] = needs.kind === 'these' ? needs.numbers : [];
    const lines = [
      [
        `UPDATE candidates SET status = 'pending' WHERE number = ${needed}`,
        /rests on candidate \d+, of which the log has no result/,
      ],
      [`UPDATE candidates SET genome = '{' WHERE number = ${needed}`, /was altered: it is not JSON/],
      [
        `UPDATE candidates SET genome = '{}' WHERE number >= 0`,
        /has a genome that cannot change|cannot be derived/,
      ],
    ] as const;
    for (const [sql, message] of lines) {
      const error = await whyOf(tampered(database, sql), 30).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'UserError' });
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('is not explained by code of the user’s own that was edited since', async () => {
    const space = join(folder, 'edited-space.ts');
    writeFileSync(space, readFileSync(smallSpace));
    const database = await simulate(folder, { strategy, space, candidates: 8 }, 'edited.db');
    const copy = tampered(
      database,
      `UPDATE experiments SET spec = replace(spec, '"files":{', '"files":{"gone.ts":"0",')`,
    );
    await expect(whyOf(copy, 3)).rejects.toThrow(/^[^\n]+$/);
  });
});

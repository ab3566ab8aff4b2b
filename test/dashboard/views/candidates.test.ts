import { beforeAll, afterAll, describe, expect, it } from 'vitest';
import { candidatesView } from '../../../src/dashboard/views/candidates.js';
import { lineageView } from '../../../src/dashboard/views/lineage.js';
import {
  ancestry,
  openStore,
  readLineage,
  type ExperimentRow,
  type Store,
} from '../../../src/store/index.js';
import { operatorSuccess } from '../../../src/study/index.js';
import { runToy, toyExperimentIn, toyStrategy } from '../../study/simulation.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();
let store: Store;
let row: ExperimentRow;
beforeAll(async () => {
  store = openStore(`${folder}/halving.db`, 'create');
  row = toyExperimentIn(store);
  const inner = { name: 'evolution', options: { population: 8, sample: 3 } };
  await runToy(store, {
    candidates: 200,
    strategy: toyStrategy({ name: 'successive-halving', options: { strategy: inner } }),
  });
});
afterAll(() => store.close());

interface ToyGenome {
  readonly stem: string;
  readonly stages: readonly { readonly block: string; readonly width: number; readonly expansion?: number }[];
}

describe('the columns of candidates', () => {
  it('are those of the table, in the order of numbers', () => {
    const view = candidatesView(store, row);
    const rows = readLineage(store, row.id);
    expect(view.numbers).toHaveLength(200);
    expect(view.numbers).toEqual(rows.map(({ number }) => number));
    expect(view.rungs).toEqual(rows.map(({ rung }) => rung));
    expect(new Set(view.rungs).size).toBeGreaterThan(1);
    expect(view.statuses).toEqual(rows.map(({ status }) => status));
    expect(view.scores).toEqual(rows.map(({ score }) => score));
    expect(view.params).toEqual(rows.map(({ params }) => params));
    expect(view.macs).toEqual(rows.map(({ macs }) => macs));
    expect(view.seconds.reduce((sum: number, one) => sum + (one ?? 0), 0)).toBeCloseTo(
      store
        .statement("SELECT sum(seconds) FROM evaluations WHERE purpose = 'search'")
        .pluck()
        .get() as number,
      9,
    );
  });

  it('hold each gene: words by their index, means over places of a list, null where a genome has none', () => {
    const view = candidatesView(store, row);
    const genomes = readLineage(store, row.id).map(({ genome }) => JSON.parse(genome) as ToyGenome);
    const words = (name: string): (string | null)[] => {
      const gene = view.genes.find((one) => one.name === name);
      return gene?.values.map((value) => (value === null ? null : (gene.levels?.[value] ?? '?'))) ?? [];
    };
    const numbers = (name: string): readonly (number | null)[] => {
      const gene = view.genes.find((one) => one.name === name);
      expect(gene?.levels).toBeNull();
      return gene?.values ?? [];
    };
    expect(words('/stem')).toEqual(genomes.map(({ stem }) => stem));
    expect(numbers('/stages length')).toEqual(genomes.map(({ stages }) => stages.length));
    expect(numbers('/stages/[]/width')).toEqual(
      genomes.map(({ stages }) => stages.reduce((sum, { width }) => sum + width, 0) / stages.length),
    );
    expect(words('/stages/[]/block')).toEqual(
      genomes.map(({ stages }) => [...new Set(stages.map(({ block }) => block))].sort().join('+')),
    );
    const expansions = numbers('/stages/[]/expansion');
    expect(expansions.map((value) => value === null)).toEqual(
      genomes.map(({ stages }) => stages.every(({ expansion }) => expansion === undefined)),
    );
    expect(expansions).toContain(null);
  });

  it('of an experiment without candidates are empty', () => {
    const empty = openStore(`${folder}/empty.db`, 'create');
    const view = candidatesView(empty, toyExperimentIn(empty));
    empty.close();
    expect(Object.values(view).flat()).toEqual([]);
  });

  it('are refused in one line where a genome was altered', () => {
    const altered = openStore(`${folder}/altered.db`, 'create');
    const own = toyExperimentIn(altered);
    altered
      .statement(
        `INSERT INTO candidates (experiment, number, genome, genome_hash, status) VALUES (?, 0, '{"<img', '', 'pending')`,
      )
      .run(own.id);
    expect(() => candidatesView(altered, own)).toThrow(
      /altered\.db: the genome of candidate 0 was altered: it is not JSON; restore the database from a copy$/,
    );
    altered.close();
  });
});

describe('the columns of the lineage', () => {
  it('name parents, roles and gains as the flat read of the lineage does', () => {
    const view = lineageView(store, row);
    const rows = readLineage(store, row.id);
    expect(view.numbers).toEqual(rows.map(({ number }) => number));
    expect(view.parents).toEqual(rows.map(({ parent }) => parent));
    expect(view.roles).toEqual(rows.map(({ role }) => role));
    expect(view.scores).toEqual(rows.map(({ score }) => score));
    rows.forEach(({ score, rung, parentScore, parentRung }, i) => {
      const same = score !== null && parentScore !== null && rung === parentRung;
      expect(view.gains[i]).toBe(same ? score - parentScore : null);
    });
    expect(new Set(view.roles)).toEqual(new Set([null, 'parent', 'promotion']));
  });

  it('count generations along the ancestry, in which promotions add none', () => {
    const view = lineageView(store, row);
    const all = readLineage(store, row.id);
    for (const number of view.numbers.slice(-40)) {
      const line = ancestry(store, row.id, number).map((one) => all[one.number]);
      const bred = line.filter((one) => one?.role === 'parent').length;
      expect(view.generations[number]).toBe(bred);
    }
    expect(Math.max(...view.generations)).toBeGreaterThan(2);
  });

  it('tell of each operator what the statistics of the lineage tell, with an interval of its mean gain', () => {
    const { operators, operator, gains } = lineageView(store, row);
    const expected = operatorSuccess(readLineage(store, row.id));
    expect(expected.length).toBeGreaterThan(3);
    for (const one of expected) {
      const own = operators.find(({ kind, gene }) => kind === one.kind && gene === one.gene);
      expect(own).toMatchObject({
        trials: one.trials,
        successes: one.successes,
        rate: { value: one.rate, interval: one.interval },
      });
      expect(own?.meanGain.value).toBeCloseTo(one.meanGain, 12);
      const counted = operator.filter(
        (index, i) => index !== null && operators[index] === own && (gains[i] ?? null) !== null,
      );
      expect(counted).toHaveLength(one.trials);
      if (one.trials < 2) expect(own?.meanGain.interval).toBeNull();
    }
    expect(operators.filter(({ trials }) => trials > 0)).toHaveLength(expected.length);
  });

  it('lead from the founder to the best', () => {
    const { winnerPath } = lineageView(store, row);
    const best = store
      .statement("SELECT number FROM candidates WHERE status = 'done' ORDER BY rung DESC, score DESC, number")
      .pluck()
      .get() as number;
    expect(winnerPath).toEqual(ancestry(store, row.id, best).map(({ number }) => number));
    expect(winnerPath.length).toBeGreaterThan(1);
  });

  it('end where parents were altered into a circle', async () => {
    const circular = openStore(`${folder}/circle.db`, 'create');
    await runToy(circular);
    circular
      .statement(
        "UPDATE candidate_parents SET parent = candidate WHERE role = 'parent' AND candidate = (SELECT max(candidate) FROM candidate_parents)",
      )
      .run();
    const { numbers, generations } = lineageView(circular, toyExperimentIn(circular));
    circular.close();
    expect(generations).toHaveLength(numbers.length);
  });

  it('name both parents of a crossover', () => {
    const crossed = openStore(`${folder}/crossed.db`, 'create');
    const { id } = toyExperimentIn(crossed);
    const insert = crossed.statement(
      "INSERT INTO candidates (id, experiment, number, genome, genome_hash, status) VALUES (?, ?, ?, '{}', '', 'pending')",
    );
    [0, 1, 2].forEach((number) => insert.run(number + 1, id, number));
    const edge = crossed.statement('INSERT INTO candidate_parents VALUES (3, ?, ?)');
    edge.run(2, 'parent');
    edge.run(1, 'crossover');
    const { parents, others } = lineageView(crossed, toyExperimentIn(crossed));
    crossed.close();
    expect(parents).toEqual([null, null, 1]);
    expect(others).toEqual([null, null, 0]);
  });
});

describe('while a search goes on', () => {
  it('an update of the lineage tells the same as a fresh read, and changed rows alone where they are asked for', async () => {
    const growing = openStore(`${folder}/growing.db`, 'create');
    const own = toyExperimentIn(growing);
    await runToy(growing, { candidates: 20 });
    const finishing = growing.statement('UPDATE candidates SET status = ?, score = ? WHERE number = 19');
    finishing.run('running', null);
    expect(lineageView(growing, own).scores[19]).toBeNull();
    finishing.run('done', 0.9);
    await runToy(growing, { candidates: 45 });
    const updated = lineageView(growing, own);
    const some = lineageView(growing, own, [3, 19, 44, 99]);
    growing.close();
    const again = openStore(`${folder}/growing.db`, 'read');
    const fresh = lineageView(again, own);
    again.close();
    expect(updated).toEqual(fresh);
    expect(fresh.numbers).toHaveLength(45);
    expect(fresh.scores[19]).toBe(0.9);
    expect(some.numbers).toEqual([3, 19, 44]);
    expect(some.parents).toEqual([3, 19, 44].map((number) => fresh.parents[number]));
    expect(some.operators).toEqual(fresh.operators);
    expect(some.winnerPath).toEqual(fresh.winnerPath);
  });

  it('candidates can be given alone, too', () => {
    const some = candidatesView(store, row, [7, 3, 1000]);
    const all = candidatesView(store, row);
    expect(some.numbers).toEqual([3, 7]);
    expect(some.scores).toEqual([all.scores[3], all.scores[7]]);
    const stem = (view: typeof all, place: number): string | undefined => {
      const gene = view.genes.find(({ name }) => name === '/stem');
      return gene?.levels?.[gene.values[place] ?? -1];
    };
    expect([stem(some, 0), stem(some, 1)]).toEqual([stem(all, 3), stem(all, 7)]);
  });
});

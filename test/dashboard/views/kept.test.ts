/**
 * What is kept between changes must tell what a fresh read tells, bit for bit: after rows were added and finished in any order,
 * after a restart put candidates back, and after somebody deleted rows.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/api/status.js';
import { rngOf } from '../../../src/core/random.js';
import type { EvaluationStatus } from '../../../src/core/records.js';
import { genesView } from '../../../src/dashboard/views/genes.js';
import { lineageView } from '../../../src/dashboard/views/lineage.js';
import { summaryView } from '../../../src/dashboard/views/summary.js';
import { trustView } from '../../../src/dashboard/views/trust.js';
import { Growth } from '../../../src/dashboard/views/kept/growth.js';
import {
  candidateTuples,
  finishCandidate,
  insertCandidate,
  createExperiment,
  insertEvaluation,
  openStore,
  setRunning,
  statusTuples,
  type ExperimentRow,
  type Store,
} from '../../../src/store/index.js';
import { toyExperiment, toyExperimentIn } from '../../study/simulation.js';
import { temporaryFolder, tinyExperiment } from '../../support/tiny.js';

const rng = rngOf('kept views');
const path = `${temporaryFolder()}/kept.db`;
const writer = openStore(path, 'create');
const experimentOf = (name: string, objectives: readonly string[]): ExperimentRow => {
  const spec = { experiment: { ...tinyExperiment, objectives } };
  return createExperiment(writer, toyExperiment({ name, spec }), new Date(0));
};
const rows = [
  experimentOf('toy', ['score', 'params', 'worstGroup']),
  experimentOf('other', ['score', 'macs']),
] as const;
const reader = openStore(path, 'read');
afterAll(() => {
  reader.close();
  writer.close();
});

async function viewsOf(store: Store, row: ExperimentRow): Promise<object> {
  const [lineage, genes, trust] = [lineageView(store, row), genesView(store, row), trustView(store, row)];
  return { lineage, genes, trust, summary: await summaryView(store, row) };
}

async function expectAsFresh(): Promise<void> {
  const fresh = openStore(path, 'read');
  for (const row of rows) {
    expect(await viewsOf(reader, row)).toEqual(await viewsOf(fresh, row));
    // Read by queries that keep nothing.
    expect((await summaryView(reader, row)).status).toEqual(statusOf(fresh, row));
    expectNear(trustView(reader, row).rankNoise, noiseIn(fresh, row));
  }
  const spent = fresh.statement('SELECT sum(seconds) FROM evaluations').pluck().get() as number | null;
  const views = await Promise.all(rows.map((row) => summaryView(reader, row)));
  fresh.close();
  expect(views.reduce((sum, { progress }) => sum + progress.secondsSpent, 0)).toBeCloseTo(spent ?? 0, 9);
}

/** Noise within genomes that were trained more than once from fresh weights at the highest rung, by SQL alone. */
function noiseIn(store: Store, { id }: ExperimentRow): number | null {
  return store
    .statement(
      `WITH trained AS (
         SELECT genome_hash AS genome, evaluations.score AS score
         FROM candidates JOIN evaluations ON candidate = candidates.id
         WHERE experiment = @id AND candidates.status = 'done' AND purpose = 'search' AND evaluations.status = 'done'
           AND inherited IS NULL AND candidates.rung =
             (SELECT max(rung) FROM candidates WHERE experiment = @id AND status = 'done')),
       means AS (SELECT genome, avg(score) AS mean FROM trained GROUP BY genome)
       SELECT sqrt(sum((score - mean) * (score - mean)) / nullif(count(*) - (SELECT count(*) FROM means), 0))
       FROM trained JOIN means USING (genome)`,
    )
    .pluck()
    .get({ id }) as number | null;
}

function expectNear(found: number | null, wanted: number | null): void {
  if (wanted === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(wanted, 12);
}

/** Decides candidate `number`; genomes of two kinds, of which one has lists. */
function decide(row: ExperimentRow, number: number, rung = 0): void {
  const width = (): number => 8 * (1 + rng.int(3));
  const genome = rng.bool(0.5)
    ? {
        stem: rng.pick(['small', 'large']),
        stages: Array.from({ length: 1 + rng.int(3) }, () => ({ width: width() })),
      }
    : { stem: rng.bool(0.5), width: width() };
  // Of the blocks before, so that they are there whatever the order.
  const elders = number - (number % 6);
  const parents =
    elders === 0
      ? []
      : [{ number: rng.int(elders), role: rng.pick(['parent', 'parent', 'promotion'] as const) }];
  const mutation = {
    kind: rng.pick(['step', 'resample']),
    path: rng.pick(['/stem', '/width']),
    before: 0,
    after: 1,
  };
  const mutations = parents.length === 0 ? [] : [mutation];
  insertCandidate(writer, row.id, {
    number,
    genome,
    parents,
    mutations,
    rung,
    params: rng.int(50),
    macs: rng.int(9),
  });
}

const idOf = ({ id }: ExperimentRow, number: number): number =>
  writer
    .statement('SELECT id FROM candidates WHERE experiment = ? AND number = ?')
    .pluck()
    .get(id, number) as number;

function evaluation(status: EvaluationStatus) {
  return {
    ...{ seed: rng.int(1e9), steps: 1 + rng.int(9), engine: 'none', device: 'none', seconds: rng.float() },
    ...{ rung: 0, status, score: status === 'done' || status === 'diverged' ? rng.float() : null },
    ...{ error: null, attempts: 1, artifact: null, inherited: rng.bool(0.2) ? '{}' : null },
    ended: rng.bool(0.3) ? ('curve' as const) : null,
  };
}

function finish(row: ExperimentRow, number: number): void {
  const status = rng.pick(['done', 'done', 'done', 'done', 'diverged', 'failed', 'infeasible'] as const);
  const probes = [{ name: rng.pick(['ridge', 'worst_group']), value: rng.float(), low: null, high: null }];
  const id = idOf(row, number);
  finishCandidate(writer, id, evaluation(status), { curves: [], probes });
  if (rng.bool(0.3))
    insertEvaluation(writer, id, { ...evaluation('done'), purpose: 'trust' }, { curves: [], probes });
}

const run = (sql: string, ...values: number[]): unknown => writer.statement(sql).run(...values);

describe('views that are kept tell what a fresh read tells', () => {
  it('while candidates are decided ahead of others and finish in any order', async () => {
    await expectAsFresh();
    for (let block = 0; block < 12; block++) {
      for (const row of rows) {
        const numbers = rng.shuffle([0, 1, 2, 3, 4, 5]).map((place) => block * 6 + place);
        const late = numbers.pop() ?? 0;
        for (const number of numbers) decide(row, number, block > 8 ? 1 : 0);
        for (const number of numbers.slice(0, 3)) finish(row, number);
        setRunning(writer, idOf(row, numbers[3] ?? 0), true);
        if (block % 4 === 0) await expectAsFresh();
        decide(row, late, block > 8 ? 1 : 0);
        for (const number of [late, numbers[4] ?? 0]) finish(row, number);
        if (block % 3 > 0) finish(row, numbers[3] ?? 0);
      }
      await expectAsFresh();
    }
  });

  it('after a restart put back what was under way, and finished it', async () => {
    run("UPDATE candidates SET status = 'pending' WHERE status = 'running'");
    await expectAsFresh();
    const open = writer
      .statement("SELECT number FROM candidates WHERE status = 'pending' AND experiment = ?")
      .pluck();
    for (const row of rows) for (const number of open.all(row.id) as number[]) finish(row, number);
    await expectAsFresh();
  });

  it('after a finished candidate was deleted, or made unfinished, and after evaluations were deleted', async () => {
    const [{ id }] = rows;
    run('DELETE FROM candidates WHERE experiment = ? AND number = 40', id);
    await expectAsFresh();
    run("UPDATE candidates SET status = 'pending', score = NULL WHERE experiment = ? AND number = 50", id);
    await expectAsFresh();
    run('DELETE FROM evaluations WHERE candidate = ?', idOf(rows[0], 50));
    await expectAsFresh();
    run('DELETE FROM candidates WHERE experiment = ? AND number > 60', id);
    await expectAsFresh();
    decide(rows[0], 61, 1);
    finish(rows[0], 61);
    await expectAsFresh();
    run('DELETE FROM candidates');
    await expectAsFresh();
  });

  it('in an experiment that holds the same rows in another order of evaluations', () => {
    const scores = Array.from({ length: 60 }, () => rng.float() * 0.1 + 0.9);
    const made = (order: readonly number[]): object => {
      const store = openStore(`${temporaryFolder()}/order.db`, 'create');
      const row = toyExperimentIn(store);
      scores.forEach((_, number) =>
        insertCandidate(store, row.id, {
          ...{ number, parents: [], mutations: [], rung: 0, params: 1, macs: 1 },
          genome: { width: number % 7, depth: [1, 2].slice(number % 2) },
        }),
      );
      for (const number of order) {
        genesView(store, row);
        const id = store
          .statement('SELECT id FROM candidates WHERE number = ?')
          .pluck()
          .get(number) as number;
        finishCandidate(store, id, { ...evaluation('done'), score: scores[number] ?? 0 }, { curves: [] });
      }
      const view = genesView(store, row);
      store.close();
      return view;
    };
    const forth = [...scores.keys()];
    expect(made(forth.toReversed())).toEqual(made(forth));
  });
});

it('a part of the candidates that is larger than what is read at once is read whole', () => {
  const store = openStore(`${temporaryFolder()}/large.db`, 'create');
  const row = toyExperimentIn(store);
  const insert = store.statement(
    "INSERT INTO candidates (experiment, number, genome, genome_hash, status, score) VALUES (?, ?, '{}', '', 'done', 1)",
  );
  store.transaction(() => {
    for (let number = 0; number < 20_000; number++) if (number !== 17_000) insert.run(row.id, number);
  });
  const growth = new Growth(row.id);
  const taken: number[] = [];
  expect(growth.advance(store, statusTuples, ([number]) => taken.push(number))).toBe(true);
  expect(taken).toHaveLength(19_999);
  expect(taken).toEqual([...candidateTuples(store, row.id)].map(([number]) => number));
  insert.run(row.id, 17_000);
  insert.run(row.id, 20_000);
  taken.length = 0;
  expect(growth.advance(store, statusTuples, ([number]) => taken.push(number))).toBe(true);
  expect(taken).toEqual([17_000, 20_000]);
  store.close();
});

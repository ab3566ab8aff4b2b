import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { curvesOf, evaluationsOfBest } from '../../src/interop/evaluations.js';
import { exportToMlflow, type MlflowOutcome } from '../../src/interop/mlflow/export.js';
import { allowedKey, distinctKeys, param } from '../../src/interop/mlflow/limits.js';
import { insertEvaluation, listCandidates } from '../../src/store/index.js';
import { startVoxolve } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { MlflowStub } from './mlflow-server.js';
import { ownFolder, searchedIn, type Searched } from './searched.js';
import { rmSync } from 'node:fs';

const folder = ownFolder();
let stub: MlflowStub;
let uri: string;
let searched: Searched;
beforeEach(async () => {
  stub = new MlflowStub();
  uri = await stub.start();
  searched = await searchedIn(folder);
});
afterEach(async () => {
  await stub.stop();
  searched.store.close();
  rmSync(searched.path, { force: true });
});

const write = (best = 5, server: object = {}): Promise<MlflowOutcome> =>
  exportToMlflow(searched.store, searched.row, { server: { uri, firstPause: 1, ...server }, best });

/** The curves of the best candidates as `[key, step, value]`, by candidate. */
function expectValuesOfDatabase(best: number): void {
  const { store, row } = searched;
  const evaluations = evaluationsOfBest(store, row, best);
  const children = stub.runs.filter(({ tags }) => tags.has('voxolve_candidate'));
  expect(children).toHaveLength(evaluations.length);
  for (const evaluation of evaluations) {
    const own = children.filter(
      ({ tags }) =>
        tags.get('voxolve_candidate') === String(evaluation.number) &&
        tags.get('voxolve_seed') === String(evaluation.seed),
    );
    expect(own).toHaveLength(1);
    const [run] = own;
    const curves = curvesOf(store, evaluation.id).flatMap(({ name, steps, values }) =>
      steps.map((step, i) => [`curves/${name}`, step, values[i]]),
    );
    const logged = (run?.metrics ?? []).map(({ key, step, value }) => [key, step, value]);
    expect(logged.filter(([key]) => String(key).startsWith('curves/'))).toEqual(curves);
    expect(logged.filter(([key]) => key === 'score')).toEqual([
      ['score', evaluation.steps, evaluation.score],
    ]);
    expect(logged.filter(([key]) => key === 'seconds')).toEqual([
      ['seconds', evaluation.steps, evaluation.seconds],
    ]);
    expect(run?.status).toBe('FINISHED');
    expect(run?.params.get('genome/stem')).toBe((JSON.parse(evaluation.genome) as { stem: string }).stem);
  }
  const parent = stub.runs.filter(({ tags }) => tags.get('voxolve_key') === 'search');
  expect(parent).toHaveLength(1);
  expect(parent[0]?.metrics.map(({ step, value }) => [step, value])).toEqual(
    listCandidates(store, row.id)
      .filter(({ score }) => score !== null)
      .map(({ number, score }) => [number, score]),
  );
}

describe('an export to MLflow', () => {
  it('holds the values of the database, and a second one repeats nothing', async () => {
    const first = await write();
    expect(first).toMatchObject({ experiment: 'toy', written: 6, before: 0 });
    expect(first.metrics).toBe(stub.runs.reduce((sum, { metrics }) => sum + metrics.length, 0));
    expectValuesOfDatabase(5);
    expect(await write()).toMatchObject({ written: 0, before: 6, metrics: 0 });
    expectValuesOfDatabase(5);
  });

  it('adds only what is new', async () => {
    await write(2);
    const { written, before } = await write(4);
    expect([written, before]).toEqual([2, 3]);
    expectValuesOfDatabase(4);
  });

  it('divides long curves, and many genes, into calls that the server takes', async () => {
    const { store, row } = searched;
    const { id, number } = listCandidates(store, row.id).find(({ score }) => score !== null) ?? {
      id: 0,
      number: 0,
    };
    const genes = Object.fromEntries(
      Array.from({ length: 230 }, (_, i) => [`gene ${i} <img>`, 'x'.repeat(900)]),
    );
    store
      .statement('UPDATE candidates SET score = 9, genome = ? WHERE id = ?')
      .run(JSON.stringify({ stem: 'small', ...genes }), id);
    const steps = Array.from({ length: 2500 }, (_, i) => i);
    const [own] = evaluationsOfBest(store, row, 1);
    expect(own?.number).toBe(number);
    insertEvaluation(
      store,
      id,
      {
        ...{ purpose: 'trust', rung: 0, seed: 5, steps: 2500, status: 'done', score: 0.5, engine: 'e' },
        ...{ device: 'd', seconds: 1, error: null, attempts: 1, artifact: null, inherited: null },
      },
      { curves: [{ name: 'löss..∆', steps, values: steps.map((step) => Math.sin(step)) }] },
    );
    await write(1);
    const long = stub.runs.find(({ tags }) => tags.get('voxolve_seed') === '5');
    const curve = long?.metrics.filter(({ key }) => key === 'curves/l_ss.._') ?? [];
    expect(curve.map(({ value }) => value)).toEqual(steps.map((step) => Math.sin(step)));
    expect(long?.params.size).toBe(231);
  });
});

describe('an export to MLflow that is interrupted', () => {
  it('goes on where calls fail before, while or after they are carried out', async () => {
    stub.trouble = (path, count) => {
      const kinds = ['before', undefined, 'halfway', undefined] as const;
      return path === 'runs/log-batch' || path === 'runs/create' || path.startsWith('experiments')
        ? kinds[count % kinds.length]
        : undefined;
    };
    await write();
    expectValuesOfDatabase(5);
  });

  it('goes on in the next call where one was ended', async () => {
    let calls = 0;
    const controller = new AbortController();
    stub.trouble = (path) => {
      if (path === 'runs/log-batch' && ++calls === 5) controller.abort(new Error('ended'));
      return path === 'runs/log-batch' && calls === 5 ? 'halfway' : undefined;
    };
    await expect(write(5, { signal: controller.signal })).rejects.toThrow('ended');
    expect(stub.runs.some(({ status }) => status === 'RUNNING')).toBe(true);
    stub.trouble = () => undefined;
    await write();
    expectValuesOfDatabase(5);
  });

  it('by the command, killed while it sends, is completed by the same command, and a third repeats nothing', async () => {
    const args = ['export', searched.path, '--to', 'mlflow', '--best', '5', '--uri', uri, '--json'];
    const { child, finished } = startVoxolve(args);
    stub.trouble = (path, count) => {
      if (path !== 'runs/log-batch' || count !== 6) return undefined;
      child.kill('SIGKILL');
      return 'halfway';
    };
    expect((await finished).signal).toBe('SIGKILL');
    expect(stub.runs.some(({ status }) => status === 'RUNNING')).toBe(true);
    stub.trouble = () => undefined;
    expect((await voxolveHere(args)).code).toBe(0);
    expectValuesOfDatabase(5);
    const { stdout } = await voxolveHere(args);
    expect(JSON.parse(stdout)).toMatchObject({ written: 0, metrics: 0 });
    expectValuesOfDatabase(5);
  });
});

describe('an export to MLflow and its server', () => {
  it('sends credentials in the header alone, and never says them', async () => {
    await write(1, { token: 's3cret-token' });
    await write(1, { username: 'ada', password: 's3cret' });
    await write(1, { uri: uri.replace('//', '//ada:s3cret@') });
    const basic = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
    expect([...stub.authorizations]).toEqual(['Bearer s3cret-token', basic]);
    await stub.stop();
    const failure = write(1, { uri: uri.replace('//', '//ada:s3cret@'), token: 's3cret-token' });
    await expect(failure).rejects.toThrow('cannot be reached');
    await expect(failure).rejects.not.toThrow('s3cret');
  });

  it('says in one line what a server answers that is none', async () => {
    const elsewhere = write(1, { uri: `${uri}/elsewhere` });
    await expect(elsewhere).rejects.toThrow(/answered experiments\/get-by-name with 404.*tracking server/);
    await expect(write(1, { uri: 'ftp://example.com' })).rejects.toThrow('--uri: must be the address');
  });
});

describe('names for MLflow', () => {
  it('are of its letters, short, and no paths that climb', () => {
    expect(allowedKey('/../a\u202e<b>//c')).toBe('_/_/a__b_/_/c');
    expect(allowedKey('x'.repeat(400))).toHaveLength(250);
    expect(param('a', 'ä'.repeat(400)).value).toBe(`${'ä'.repeat(248)}…`);
  });

  it('stay apart where they become the same', () => {
    expect(distinctKeys([{ key: 'a' }, { key: 'a' }, { key: 'b' }]).map(({ key }) => key)).toEqual([
      'a',
      'a_2',
      'b',
    ]);
  });
});

/** The page of a candidate against what the command line says of it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedNetworks, classifier } from '../../../search-spaces/named.js';
import { layerRows } from '../../../src/dashboard/views/candidate/layers.js';
import { exportCommand } from '../../../src/dashboard/views/candidate/export-command.js';
import { candidateView } from '../../../src/dashboard/views/candidate.js';
import type { CandidateView } from '../../../src/dashboard/views/types.js';
import { chooseExperiment, openStore, type Store } from '../../../src/store/index.js';
import { succeedHere } from '../../support/cli-here.js';
import { temporaryFolder } from '../../support/tiny.js';
import { quickSearch, reading } from './quick-search.js';

const viewOf = (database: string, number: number): Promise<CandidateView> =>
  reading(database, (store) => candidateView(store, chooseExperiment(store), number));

interface Line {
  readonly number: number;
  readonly score: number | null;
  readonly mutations: readonly object[];
}

describe('the page of a candidate', () => {
  let database = '';
  let line: readonly Line[] = [];
  let rows: readonly { readonly number: number; readonly parent: number | null }[] = [];

  beforeAll(async () => {
    database = await quickSearch();
    line = JSON.parse((await succeedHere(['lineage', database, '--json'])).stdout) as Line[];
    rows = (await reading(database, (store) =>
      store
        .statement(
          `SELECT own.number, elder.number AS parent FROM candidates AS own
           LEFT JOIN candidate_parents ON candidate = own.id LEFT JOIN candidates AS elder ON elder.id = parent`,
        )
        .all(),
    )) as typeof rows;
  }, 120_000);

  it('says of the winner’s line what voxolve lineage says', async () => {
    for (const [i, ancestor] of line.entries()) {
      const view = await viewOf(database, ancestor.number);
      expect(view.score).toBe(ancestor.score);
      expect(view.mutations).toEqual(ancestor.mutations);
      expect(view.path).toEqual(line.slice(0, i + 1).map(({ number }) => number));
      expect(view.parent?.number).toBe(line[i - 1]?.number);
      expect(view.parent?.score).toBe(line[i - 1]?.score);
    }
  });

  it('lists children as the tables hold them', async () => {
    const parents = new Set(rows.map(({ parent }) => parent));
    expect(parents.size).toBeGreaterThan(1);
    for (const { number } of rows) {
      const { children } = await viewOf(database, number);
      expect(children).toEqual(rows.filter(({ parent }) => parent === number).map((one) => one.number));
    }
  });

  it('shows curves, costs, memory and where each tensor’s values came from', async () => {
    const views = await Promise.all(rows.map(({ number }) => viewOf(database, number)));
    for (const { evaluations, cost, layers, layersProblem } of views) {
      expect(layersProblem).toBeNull();
      expect(layers?.[0]).toMatchObject({ kind: 'conv', inputs: [] });
      expect(cost?.trainingBytes).toBeGreaterThan(2 ** 20);
      const [first] = evaluations;
      expect(first).toMatchObject({ purpose: 'search', status: 'done', engine: 'onnx' });
      const loss = first?.curves[0];
      expect(loss?.values).toHaveLength(loss?.steps.length ?? -1);
      expect(loss?.steps.length).toBeGreaterThan(0);
    }
    const inherited = views.flatMap(({ evaluations }) =>
      evaluations.map((one) => one.inherited ?? []).flat(),
    );
    expect(inherited.length).toBeGreaterThan(0);
    expect(Object.values(inherited[0]?.tensors ?? {})).toContain('copied');
    expect(views.flatMap(({ evaluations }) => evaluations.map(({ purpose }) => purpose))).toContain('winner');
  });

  it('shows a candidate without its layers where its space was removed or edited', async () => {
    const folder = temporaryFolder();
    const space = join(folder, 'space.ts');
    writeFileSync(space, 'export default 1');
    const copy = join(folder, 'copy.db');
    copyFileSync(database, copy);
    const store = openStore(copy, 'write');
    const spec = store.statement('SELECT spec FROM experiments').pluck().get() as string;
    const altered = { ...(JSON.parse(spec) as { experiment: object }) };
    altered.experiment = { ...altered.experiment, space: join(folder, 'gone.ts') };
    store.statement('UPDATE experiments SET spec = ?').run(JSON.stringify(altered));
    store.close();
    const view = await viewOf(copy, 1);
    expect(view.layers).toBeNull();
    expect(view.layersProblem).toMatch(/gone\.ts/);
    expect(view.layersProblem).not.toContain('\n');
    expect(view.cost).toMatchObject({ trainingBytes: null });
    expect(view.evaluations).toHaveLength((await viewOf(database, 1)).evaluations.length);
  });

  it('refuses a number that is not there, and rows that were altered, in one line', async () => {
    await expect(viewOf(database, 1000)).rejects.toThrow(/has no candidate 1000; choose one/);
    await expect(viewOf(database, 0.5)).rejects.toThrow(/has no candidate 0\.5/);
    const copy = join(temporaryFolder(), 'altered.db');
    copyFileSync(database, copy);
    const store = openStore(copy, 'write');
    store.statement(`UPDATE evaluations SET inherited = '[' WHERE inherited IS NOT NULL`).run();
    store.statement(`UPDATE candidates SET genome = '{' WHERE number = 0`).run();
    store.close();
    await expect(viewOf(copy, 0)).rejects.toThrow(/^[^\n]*genome of candidate 0 was altered[^\n]*$/);
    const child = rows.find(({ parent }) => parent !== null)?.number ?? -1;
    await expect(viewOf(copy, child)).rejects.toThrow(/^[^\n]*inherited was altered[^\n]*$/);
  });

  it('gives a command that a shell hands to voxolve as it is meant', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'bin'));
    const echo = join(folder, 'bin', 'voxolve');
    const script = `#!${process.execPath}\nconsole.log(JSON.stringify(process.argv.slice(2)))\n`;
    writeFileSync(echo, script, { mode: 0o755 });
    const hostile = [
      "it's.db",
      '$(touch x).db',
      '`id`; rm -rf *.db',
      'a\nb "c" \\ !.db',
      '-x.db',
      '<img onerror>.db',
    ];
    for (const path of hostile) {
      const store = { path, statement: () => ({ all: () => [] }) } as unknown as Store;
      const command = exportCommand(store, { name: 'x' } as never, 57);
      const told = execFileSync('sh', ['-c', command], {
        cwd: folder,
        env: { PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
        encoding: 'utf8',
      });
      const expected = path.startsWith('-') ? `./${path}` : path;
      expect(JSON.parse(told)).toEqual([
        ...['export', expected, '--candidate', '57', '--to', 'pytorch', '-o', 'candidate-57'],
      ]);
    }
  });
});

describe('the layers of a candidate', () => {
  it('are those of voxolve arch, with the sums of blocks between them', async () => {
    for (const name of ['r3d-18', 'x3d-s']) {
      const told = JSON.parse((await succeedHere(['arch', name, '--json'])).stdout) as {
        readonly layers: readonly {
          path: string;
          kind: string;
          output: number[];
          params: number;
          macs: number;
        }[];
      };
      const network = namedNetworks.find((one) => one.name === name);
      if (network === undefined) throw new Error(name);
      const { space, genome, input, classes } = network;
      const rows = layerRows(classifier(space, genome, input[0], classes), input);
      const layers = rows.filter(({ kind }) => !kind.startsWith('add'));
      expect(layers.map(({ name, kind, shape, params, macs }) => [name, kind, shape, params, macs])).toEqual(
        told.layers.map(({ path, kind, output, params, macs }) => [
          path,
          kind,
          output.slice(1),
          params,
          macs,
        ]),
      );
      for (const sum of rows.filter(({ kind }) => kind.startsWith('add'))) {
        for (const input of sum.inputs) expect(rows[input]?.shape).toEqual(sum.shape);
      }
      expect(rows.length).toBeGreaterThan(layers.length);
    }
  });
});

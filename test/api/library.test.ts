/**
 * The library as a program uses it: by the name of the package, compiled, with events and an AbortSignal.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  candidates,
  exportCandidate,
  lineage,
  resume,
  search,
  status,
  UserError,
  verify,
  type SearchEvent,
} from 'voxolve';
import { succeed } from '../support/cli.js';
import {
  lineageTables,
  smallSpace,
  temporaryFolder,
  tinyExperiment,
  winnerTables,
  writeExperiment,
} from '../support/tiny.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const at = (name: string): string => join(folder, name);
vi.stubEnv('VOXOLVE_CACHE', env.VOXOLVE_CACHE);

const sameTables = (one: string, other: string): void => {
  expect(lineageTables(one)).toEqual(lineageTables(other));
  expect(winnerTables(one)).toEqual(winnerTables(other));
};

describe('examples/search.mjs', () => {
  it(
    'gives the lineage of the command line, although it is cancelled and resumed',
    { timeout: 240_000 },
    async () => {
      const example = await promisify(execFile)(
        process.execPath,
        [join(root, 'examples', 'search.mjs'), at('example.db')],
        { env: { ...process.env, ...env, NODE_OPTIONS: '' } },
      );
      expect(example.stderr).toBe('');
      expect(example.stdout).toContain('cancelled\n');
      expect(example.stdout).toMatch(/[345] were finished before/);
      expect(example.stdout).toContain('8 decisions derived anew, 0 discrepancies');
      await succeed(['search', join(root, 'examples', 'search.json'), '--db', at('command.db')], env);
      sameTables(at('example.db'), at('command.db'));
    },
  );
});

describe('a search through the library', () => {
  const experiment = { ...tinyExperiment, space: smallSpace, candidates: 6, trust: { share: 0 } };
  const whole = at('whole.db');
  const events: SearchEvent[] = [];

  beforeAll(async () => {
    const end = await search({ experiment, database: whole, workers: 2, onEvent: (one) => events.push(one) });
    expect(end).toEqual({ completed: true, database: whole, experiment: 'tiny' });
  }, 120_000);

  it('takes an experiment as a value and prints nothing', async () => {
    const write = vi.spyOn(process.stdout, 'write');
    const complain = vi.spyOn(process.stderr, 'write');
    const again = at('again.db');
    await search({ experiment: writeExperiment(folder, experiment), database: again, workers: 1 });
    sameTables(whole, again);
    expect(write).not.toHaveBeenCalled();
    expect(complain).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('reports what it read, where it runs and each candidate, in this order', () => {
    const kinds = events.map(({ kind }) => kind);
    const order = ['scans read', 'prepared', 'audit', 'replayed', 'started', 'finished', 'winners'] as const;
    const places = order.map((kind) => kinds.indexOf(kind));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    const finished = events.flatMap((event) => (event.kind === 'finished' ? [event.number] : []));
    expect(finished.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is read while it lies there: state, lineage, decisions, export', async () => {
    const state = await status({ database: whole });
    expect(state).toMatchObject({ state: 'finished', candidates: { done: 6, total: 6 } });
    const winner = state.winners?.winner?.number;
    const line = await lineage({ database: whole });
    expect(line.at(-1)?.number).toBe(winner);
    expect(await candidates({ database: whole })).toHaveLength(6);
    expect(await verify({ database: whole })).toEqual({ experiment: 'tiny', checked: 6, discrepancies: [] });
    const written = await exportCandidate({ database: whole, to: 'onnx', output: at('onnx') });
    expect(written).toMatchObject({
      candidate: winner,
      files: ['architecture.json', 'encoder.onnx', 'parity.npz'],
    });
    expect(existsSync(at('onnx/encoder.onnx'))).toBe(true);
  });

  it('ends at once where it is cancelled in the middle, and resumes to the same end', async () => {
    const controller = new AbortController();
    const database = at('cancelled.db');
    const cancelled = await search({
      experiment,
      database,
      workers: 2,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'finished') controller.abort();
      },
    });
    expect(cancelled.completed).toBe(false);
    expect(await status({ database })).toMatchObject({ state: 'stopped' });
    expect(await resume({ database })).toMatchObject({ completed: true });
    sameTables(whole, database);
  });

  it('leaves nothing behind where it is cancelled before it begins', async () => {
    const database = at('never.db');
    const signal = AbortSignal.abort();
    await expect(search({ experiment, database, signal })).rejects.toThrow(/abort/i);
    expect(existsSync(database)).toBe(false);
  });

  it('throws a UserError of one line where the experiment is wrong, and leaves nothing behind', async () => {
    const wrong = { ...experiment, candidates: -1 };
    const database = at('wrong.db');
    const error: unknown = await search({ experiment: wrong, database }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(/^experiment: "candidates" is -1, but the rule is/);
    expect((error as UserError).message).not.toContain('\n');
    expect(existsSync(database)).toBe(false);
  });
});

/** What leaves a search for other tools, by the command: event files that follow it, tables, and what is refused. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Sqlite } from '../../src/store/sqlite.js';
import { readEvents } from '../interop/event-reader.js';
import { startVoxolve, succeed as succeedIn } from '../support/cli.js';
import { voxolveHere } from '../support/cli-here.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const at = (name: string): string => join(folder, name);
const training = { steps: 6, batch: 2, evaluationBatches: 3, evaluateEvery: 2 };
const winners = { candidates: 1, seeds: 1 };
const experiment = writeExperiment(folder, { space: smallSpace, training, winners, candidates: 8 });

/** Event files below a folder, without their endings, sorted. */
function runsIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('tfevents'))
    .map((path) => path.replace(/[/\\][^/\\]*$/, ''))
    .sort();
}

function scoresOf(db: string): unknown {
  const store = new Sqlite(db, { readonly: true });
  try {
    const rows = store
      .prepare('SELECT number, score FROM candidates WHERE score IS NOT NULL ORDER BY number')
      .all() as { number: number; score: number }[];
    return rows.map(({ number, score }) => [number, Math.fround(score)]);
  } finally {
    store.close();
  }
}

function shownScores(root: string): unknown {
  const [file = ''] = readdirSync(join(root, 'scores'));
  return readEvents(readFileSync(join(root, 'scores', file)))
    .filter(({ tag }) => tag === 'search/score')
    .map(({ step, scalar }) => [step, scalar]);
}

describe('search --tensorboard', { timeout: 120_000 }, () => {
  const [db, board] = [at('killed.db'), at('board')];

  it('shows every evaluation once after the search was killed and resumed', async () => {
    const args = ['search', experiment, '--db', db, '--workers', '1', '--tensorboard', board];
    const { child, finished } = startVoxolve(args, env);
    const timer = setInterval(() => {
      if (existsSync(board) && runsIn(board).length >= 3) child.kill('SIGKILL');
    }, 5);
    const { signal } = await finished;
    clearInterval(timer);
    expect(signal).toBe('SIGKILL');
    const before = runsIn(board);
    expect(before.length).toBeGreaterThanOrEqual(3);
    await succeedIn(['resume', db, '--workers', '1', '--tensorboard', board], env);
    expect(runsIn(board)).toEqual(expect.arrayContaining(before));
    expect(shownScores(board)).toEqual(scoresOf(db));
    const store = new Sqlite(db, { readonly: true });
    const evaluations = store.prepare('SELECT count(*) FROM evaluations').pluck().get() as number;
    store.close();
    expect(runsIn(board)).toHaveLength(evaluations + 1);
  });

  it('refuses the folder of another search before anything is written', async () => {
    const args = ['search', experiment, '--db', at('other.db'), '--tensorboard', board];
    const { code, stderr } = await voxolveHere(args, env);
    expect(code).toBe(1);
    expect(stderr).toContain('holds the event files of another search');
    expect(existsSync(at('other.db'))).toBe(false);
  });

  describe('export of a search', () => {
    const write = (...args: string[]) => voxolveHere(['export', db, ...args], env);
    beforeAll(() => expect(existsSync(db)).toBe(true));

    it('writes event files that --tensorboard of the same search goes on with', async () => {
      const { code, stdout } = await write('--to', 'tensorboard', '--best', '2', '-o', at('exported'));
      expect([code, stdout]).toEqual([0, expect.stringContaining('tensorboard --logdir')]);
      expect(shownScores(at('exported'))).toEqual(scoresOf(db));
      await succeedIn(['resume', db, '--tensorboard', at('exported')], env);
      expect(runsIn(at('exported'))).toEqual(runsIn(board));
    });

    it('writes tables', async () => {
      const { stdout } = await write('--to', 'csv', '-o', at('csv'), '--json');
      const names = ['candidates', 'curves', 'evaluations', 'mutations', 'parents', 'probes'];
      const [csv, parquet] = ['csv', 'parquet'].map((end) => names.map((name) => `${name}.${end}`));
      expect(JSON.parse(stdout)).toEqual({ to: 'csv', folder: at('csv'), files: csv });
      expect((await write('--to', 'parquet', '-o', at('parquet'))).code).toBe(0);
      expect(readdirSync(at('parquet')).sort()).toEqual(parquet);
    });

    it.each([
      [['--to', 'csv'], '--output: is needed for --to csv'],
      [['--to', 'tensorboard', '-o', 'x', '--best', '0'], '--best: must be an integer of at least 1; got 0'],
      [['--to', 'csv', '-o', 'x', '--candidate', '1'], '--candidate: means nothing to --to csv'],
      [['--to', 'pytorch', '-o', 'x', '--uri', 'http://x'], '--uri: means nothing to --to pytorch'],
      [['--to', 'mlflow', '-o', 'x', '--uri', 'http://x'], '--output: means nothing to --to mlflow'],
      [['--to', 'mlflow'], '--uri: says no tracking server'],
    ])('refuses %j in one line', async (args, said) => {
      const { code, stderr } = await voxolveHere(['export', db, ...args], {
        ...env,
        MLFLOW_TRACKING_URI: '',
      });
      expect(code).toBe(1);
      expect(stderr).toContain(said);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });
  });
});

/**
 * What a search that nobody runs any more says of itself, wherever its files lie.
 */
import { chmodSync, copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Sqlite } from '../../src/store/sqlite.js';
import { said, startVoxolve, voxolve, type Finished } from '../support/cli.js';
import { somebody, somebodyCanRun } from '../support/somebody.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const db = join(folder, 'killed.db');

interface Status {
  readonly state: string;
  readonly candidates: Readonly<Record<string, number>>;
}
const statusOf = async (path: string): Promise<Status> =>
  JSON.parse((await voxolve(['status', path, '--json'], env)).stdout) as Status;

let whileRunning: Status;
let secondSearch: Finished;
beforeAll(async () => {
  // Long trainings, so that one is under way when the process is killed.
  const experiment = writeExperiment(folder, { training: { steps: 5000, batch: 2, evaluationBatches: 3 } });
  const { child, finished } = startVoxolve(['search', experiment, '--db', db, '--workers', '1'], env);
  await said(child, 'engine: ');
  for (;;) {
    const { code, stdout } = await voxolve(['status', db, '--json'], env);
    if (code !== 0) continue;
    whileRunning = JSON.parse(stdout) as Status;
    if (whileRunning.candidates['running'] === 1) break;
  }
  secondSearch = await voxolve(['resume', db], env);
  child.kill('SIGKILL');
  await finished;
}, 120_000);

describe('a search', { timeout: 60_000 }, () => {
  it('is running while its process lives, and nobody else goes on with it', () => {
    expect(whileRunning.state).toBe('running');
    expect(secondSearch.code).toBe(1);
    expect(secondSearch.stderr).toContain('another voxolve process is searching with it');
  });

  it('is stopped once its process is dead, with nothing running', async () => {
    const { state, candidates } = await statusOf(db);
    expect(state).toBe('stopped');
    expect(candidates).toMatchObject({ running: 0, done: 0 });
    expect(candidates['pending']).toBeGreaterThan(0);
    const { stdout } = await voxolve(['status', db], env);
    expect(stdout).toContain(' 0 running');
    expect(stdout).toContain(`\nstopped; voxolve resume ${db} goes on\n`);
    const raw = new Sqlite(db, { readonly: true });
    expect(raw.prepare("SELECT count(*) FROM candidates WHERE status = 'running'").pluck().get()).toBe(1);
    raw.close();
  });

  it('that was copied without its log says so in one line', async () => {
    const copy = join(folder, 'copy.db');
    copyFileSync(db, copy);
    const { code, stdout, stderr } = await voxolve(['status', copy], env);
    expect(code).toBe(0);
    expect(stdout).toContain('candidates: 0 done of 10');
    expect(stderr).toMatch(/^[^\n]*copy\.db: was probably copied without its -wal file[^\n]*\n$/);
  });
});

it.skipIf(!somebodyCanRun)(
  'a finished search is read from a read-only folder',
  { timeout: 60_000 },
  async () => {
    const finished = join(folder, 'finished.db');
    const experiment = writeExperiment(
      folder,
      { name: 'short', space: smallSpace, candidates: 2 },
      'short.json',
    );
    expect((await voxolve(['search', experiment, '--db', finished], env)).code).toBe(0);
    expect((await statusOf(finished)).state).toBe('finished');
    const medium = join(folder, 'medium');
    mkdirSync(medium);
    for (const name of ['finished.db', 'finished.db.artifacts'])
      cpSync(join(folder, name), join(medium, name), { recursive: true });
    chmodSync(medium, 0o555);
    chmodSync(folder, 0o777);
    const target = join(medium, 'finished.db');
    for (const args of [
      ['status', target],
      ['lineage', target],
      ['verify', target],
      ['export', target, '--to', 'pytorch', '-o', join(folder, 'exported')],
    ]) {
      const { code, stderr } = await startVoxolve(args, env, somebody).finished;
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`${target}: cannot be written to: a copy of it is read\n`);
    }
    chmodSync(medium, 0o755);
  },
);

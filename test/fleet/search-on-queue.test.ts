/**
 * One search on many machines: the lineage that one machine finds alone. Workers are processes of this machine, the queue is a
 * real Redis.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { said, startVoxolve, succeed, voxolve, type Running } from '../support/cli.js';
import { noRedis, TestRedis } from '../../bench/fleet/redis-server.js';
import {
  lineageTables,
  smallSpace,
  temporaryFolder,
  winnerTables,
  writeExperiment,
} from '../support/tiny.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const blobs = join(folder, 'blobs');
const at = (name: string): string => join(folder, name);
const tables = (db: string): unknown => [lineageTables(db), winnerTables(db)];

if (noRedis !== undefined) console.log(`a search on many machines: ${noRedis}`);

describe.skipIf(noRedis !== undefined)('a search on a queue', { timeout: 300_000 }, () => {
  const experiment = writeExperiment(folder, { space: smallSpace, candidates: 8 });
  let redis: TestRedis;
  const running: Running[] = [];

  const startWorker = (name: string, ...options: string[]): Running => {
    const args = [
      'worker',
      '--queue',
      redis.url,
      '--blobs',
      blobs,
      '--name',
      name,
      '--slots',
      '1',
      ...options,
    ];
    const worker = startVoxolve(args, env);
    running.push(worker);
    return worker;
  };
  const search = (db: string): string[] => [
    'search',
    experiment,
    '--db',
    db,
    '--queue',
    redis.url,
    '--blobs',
    blobs,
  ];

  beforeAll(async () => {
    redis = await TestRedis.start(folder);
    await succeed(['search', experiment, '--db', at('local.db'), '--workers', '1'], env);
  }, 60_000);
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await redis.kill();
  });

  it('finds with one and with two workers what one machine finds, and leaves nothing behind', async () => {
    const first = startWorker('first', '--once');
    const audited = await succeed([...search(at('one.db')), '--audit-share', '0.5'], env);
    expect(audited.stdout + audited.stderr).not.toMatch(/determinism violated|could not be audited/);
    expect(tables(at('one.db'))).toEqual(tables(at('local.db')));
    expect((await first.finished).code).toBe(0);
    const two = ['second', 'third'].map((name) => startWorker(name));
    await Promise.all(two.map(({ child }) => said(child, 'waiting for a search')));
    await succeed(search(at('two.db')), env);
    expect(tables(at('two.db'))).toEqual(tables(at('local.db')));
    for (const { child } of two) child.kill('SIGTERM');
    for (const { finished } of two) expect((await finished).code).toBe(0);
    expect(await redis.command('EXISTS', 'voxolve:searches', 'voxolve:worker:second')).toBe(':0\r\n');
    const status = JSON.parse((await succeed(['status', at('two.db'), '--json'], env)).stdout) as {
      workers: readonly { name: string; class: string; running: number }[];
    };
    expect(status.workers.map(({ name, running }) => [name, running])).toEqual([
      ['second', 0],
      ['third', 0],
    ]);
    await succeed(['verify', at('two.db')], env);
  });

  it('is served though the one before was interrupted and left there', async () => {
    const worker = startWorker('loyal');
    const left = startVoxolve(search(at('left.db')), env);
    running.push(left);
    await said(left.child, '[2/8]');
    left.child.kill('SIGINT');
    expect((await left.finished).code).toBe(130);
    const other = writeExperiment(folder, { space: smallSpace, candidates: 2, name: 'other' }, 'other.json');
    await succeed(['search', other, ...search(at('other.db')).slice(2)], env);
    await succeed(['resume', ...search(at('left.db')).slice(3)], env);
    expect(tables(at('left.db'))).toEqual(tables(at('local.db')));
    worker.child.kill('SIGTERM');
    expect((await worker.finished).code).toBe(0);
  });

  it('says in one line what is wrong where no queue answers', async () => {
    const { code, stderr } = await voxolve(
      ['worker', '--queue', 'redis://me:secret@127.0.0.1:1', '--blobs', blobs],
      env,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^voxolve: redis:\/\/127\.0\.0\.1:1: no Redis answers there \(.*ECONNREFUSED.*\n$/,
    );
    expect(stderr).not.toContain('secret');
  });
});

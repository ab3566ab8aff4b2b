/**
 * The least-privilege rules for Redis that are shipped: a whole search works under them, and nothing else does.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noRedis, TestRedis } from '../../bench/fleet/redis-server.js';
import { startVoxolve, succeed, type Running } from '../support/cli.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const rules = readFileSync('deploy/redis/users.acl', 'utf8');
const placeholder = 'REPLACE-BY-THE-SHA-256-OF-A-PASSWORD';
const password = 'correct horse / battery@staple';

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

if (noRedis !== undefined) console.log(`rules for Redis: ${noRedis}`);

describe.skipIf(noRedis !== undefined)('the rules for Redis', { timeout: 90_000 }, () => {
  let redis: TestRedis;
  let worker: Running | undefined;
  const as = (username: string): Redis =>
    new Redis({ host: '127.0.0.1', port: redis.port, username, password, lazyConnect: true });

  beforeAll(async () => {
    const sum = createHash('sha256').update(password).digest('hex');
    const filled = rules.replace(placeholder, sum);
    redis = await TestRedis.start(folder, [
      '--aclfile',
      written('users.acl', `${filled}user admin on #${sum} ~* &* +@all\n`),
    ]);
  });
  afterAll(async () => {
    worker?.child.kill('SIGKILL');
    await redis.kill();
  });

  it('are refused by Redis as long as nobody has put a password in', async () => {
    const untouched = written('untouched.acl', rules);
    await expect(TestRedis.start(folder, ['--aclfile', untouched])).rejects.toThrow(/did not start/);
  });

  it('allow all that a search and its workers do', async () => {
    const env = {
      VOXOLVE_CACHE: join(folder, 'cache'),
      VOXOLVE_QUEUE_USERNAME: 'voxolve',
      VOXOLVE_QUEUE_PASSWORD: password,
    };
    const queue = ['--queue', redis.url, '--blobs', join(folder, 'blobs')];
    const experiment = writeExperiment(folder, { space: smallSpace, candidates: 4 });
    worker = startVoxolve(['worker', ...queue, '--slots', '1', '--once'], env);
    const { stdout, stderr } = await succeed(
      ['search', experiment, '--db', join(folder, 's.db'), ...queue],
      env,
    );
    const end = await worker.finished;
    expect(end.code).toBe(0);
    await succeed(['fleet', '--queue', redis.url], env);
    for (const text of [stdout, stderr, end.stdout, end.stderr, readFileSync(join(folder, 's.db'), 'latin1')])
      expect(text).not.toContain(password);
    const admin = as('admin');
    expect(await admin.acl('LOG')).toEqual([]);
    admin.disconnect();
  });

  it.each([
    ['CONFIG', 'GET', '*'],
    ['KEYS', '*'],
    ['SCAN', '0'],
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['SHUTDOWN', 'NOSAVE'],
    ['MONITOR'],
    ['ACL', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['REPLICAOF', 'NO', 'ONE'],
    ['GET', 'of-somebody-else'],
    ['SET', 'of-somebody-else', '1'],
    ['EVAL', "return redis.call('GET', 'of-somebody-else')", '0'],
  ])('refuse %s %s', async (command, ...words) => {
    const user = as('voxolve');
    await expect(user.call(command, ...words)).rejects.toThrow(/NOPERM|can't access|no permissions/);
    user.disconnect();
  });

  it('let nobody in without a name and a password', async () => {
    expect(await redis.command('GET', 'voxolve:searches')).toMatch(/^-NOAUTH/);
  });
});

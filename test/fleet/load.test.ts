/** The bench of what a queue costs, small: all jobs come back, and a study over many workers ends. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decisions, throughput } from '../../bench/fleet/load.js';
import { noRedis, TestRedis } from '../../bench/fleet/redis-server.js';
import { temporaryFolder } from '../support/tiny.js';

const program = fileURLToPath(new URL('../../dist/bench/fleet/simulated-workers.js', import.meta.url));
const folder = temporaryFolder();
if (noRedis !== undefined) console.info(noRedis);

describe.skipIf(noRedis !== undefined)('simulated workers', () => {
  let redis: TestRedis;
  const place = () => ({ folder, url: redis.url, program, processes: 1 });
  beforeAll(async () => {
    redis = await TestRedis.start(folder);
  });
  afterAll(() => redis.kill());

  it('do all jobs that are asked for at once', async () => {
    const shape = { workers: 3, slots: 2, lookahead: 16, candidates: 60 };
    expect((await throughput({ ...place(), ...shape })).perSecond).toBeGreaterThan(0);
  });

  it('serve a study to its end', async () => {
    const shape = { workers: 10, slots: 1, lookahead: 20, candidates: 60 };
    expect((await decisions({ ...place(), ...shape })).perSecond).toBeGreaterThan(0);
  });
});

/**
 * Workers that die, stop, or are cut off while they train, as processes with real trainings: others take over in seconds, and
 * whoever comes back stops.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noRedis, TestRedis } from '../../bench/fleet/redis-server.js';
import { connect, type Connection } from '../../src/fleet/queue/connection.js';
import { surveyQueue } from '../../src/fleet/queue/survey.js';
import { start as startProcess, type Process } from '../../bench/fleet/machines.js';
import { voxolve } from '../support/cli.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../support/tiny.js';
import { until } from './support/fleets.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const blobs = join(folder, 'blobs');
if (noRedis !== undefined) console.log(`workers that are lost: ${noRedis}`);

describe.skipIf(noRedis !== undefined)(
  'a training that nobody could finish in time',
  { timeout: 300_000 },
  () => {
    const training = { steps: 1_000_000, batch: 2, evaluationBatches: 1 };
    const experiment = writeExperiment(folder, { space: smallSpace, candidates: 1, training });
    let redis: TestRedis;
    let connection: Connection;
    const running: Process[] = [];
    const start = (...args: string[]): Process => {
      const begun = startProcess([...args, '--queue', redis.url, '--blobs', blobs], env);
      running.push(begun);
      return begun;
    };
    const worker = (name: string, lock: number): Process =>
      start('worker', '--name', name, '--slots', '1', '--lock', String(lock), '--checkpoint-every', '0.5');
    /** Name of the worker that has the job now. */
    const owner = async (): Promise<string | null | undefined> =>
      (await surveyQueue(connection)).searches[0]?.active[0]?.worker;

    beforeAll(async () => {
      redis = await TestRedis.start(folder);
      connection = await connect(redis.url, 'test');
    });
    afterAll(async () => {
      for (const { child } of running) child.kill('SIGKILL');
      connection.close();
      await redis.kill();
    });

    it('goes to another worker after a kill, a stop and a preemption, and whoever comes back stops', async () => {
      const lead = start('search', experiment, '--db', join(folder, 'long.db'));
      const first = worker('first', 5);
      await until(async () => (await owner()) === 'first', 30);
      const second = worker('second', 2);
      await until(() => second.said().includes('slot'));

      const killed = performance.now();
      first.child.kill('SIGKILL');
      await until(async () => (await owner()) === 'second', 12);
      const seconds = (performance.now() - killed) / 1000;
      console.log(`taken over ${seconds.toFixed(1)} s after a kill, with a lock of 5 s`);
      expect(seconds).toBeLessThan(10);

      const third = worker('third', 2);
      await until(() => third.said().includes('slot'));
      const left = { second, third };
      // Others use the cores, too: one of a few returns must show what it takes.
      const late: number[] = [];
      for (let time = 0; time < 4 && !late.some((milliseconds) => milliseconds < 1000); time++) {
        const [stopped, other] =
          time % 2 === 0 ? (['second', 'third'] as const) : (['third', 'second'] as const);
        const { child, said } = left[stopped];
        await until(() => said().split('begins').length > said().split('interrupted').length);
        const before = said().length;
        child.kill('SIGSTOP');
        await until(async () => (await owner()) === other, 20);
        const back = performance.now();
        child.kill('SIGCONT');
        await until(() => said().slice(before).includes('interrupted'));
        late.push(performance.now() - back);
      }
      console.log(`interrupted ${late.map((ms) => ms.toFixed(0)).join(', ')} ms after coming back`);
      expect(Math.min(...late)).toBeLessThan(1000);

      const has = (await owner()) === 'second' ? second : third;
      await until(() => has.said().split('begins').length > has.said().split('interrupted').length);
      await sleep(1000); // a checkpoint
      has.child.kill('SIGTERM');
      expect(await has.ended).toBe(0);
      expect(has.said()).toMatch(/search-0-rung0-seed3: handed back/);
      await until(async () => (await owner()) === (has === second ? 'third' : 'second'), 5);

      const shown = await voxolve(['fleet', join(folder, 'long.db'), '--queue', redis.url], env);
      expect(shown.stdout).toMatch(/search-0-rung0-seed3: taken \d times, \d times after a worker was gone/);
      lead.child.kill('SIGINT');
      expect(await lead.ended).toBe(130);
    });
  },
);

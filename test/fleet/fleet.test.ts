/**
 * The coordinator and its workers over a real queue, with trainings that are made up: what is lost, wiped, stopped, forged.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noRedis, TestRedis } from '../../bench/fleet/redis-server.js';
import type { EvaluationOutcome } from '../../src/core/records.js';
import { auditedEvaluators } from '../../src/fleet/audit/audited-evaluators.js';
import type { BlobStore } from '../../src/fleet/blobs/blob-store.js';
import { openBlobStore } from '../../src/fleet/blobs/open.js';
import { outcomeToBytes } from '../../src/fleet/protocol/result-message.js';
import { PREFIX, queueNameOf } from '../../src/fleet/queue/board.js';
import { connect } from '../../src/fleet/queue/connection.js';
import { surveyQueue } from '../../src/fleet/queue/survey.js';
import { temporaryFolder } from '../support/tiny.js';
import {
  fakePool,
  hire,
  jobNumber,
  lasting,
  lead,
  MemoryRecord,
  outcomeOfJob,
  until,
  type Hired,
  type Led,
  type Place,
} from './support/fleets.js';

const folder = temporaryFolder();
if (noRedis !== undefined) console.log(`a fleet: ${noRedis}`);

describe.skipIf(noRedis !== undefined)('a fleet', { timeout: 30_000 }, () => {
  let redis: TestRedis;
  let blobs: BlobStore;
  let place: Place;
  const leads: Led[] = [];
  const hired: Hired[] = [];
  const leading = async (record?: MemoryRecord, changes?: Parameters<typeof lead>[2]): Promise<Led> => {
    const led = await lead(place, record, changes);
    leads.push(led);
    return led;
  };
  const hiring = async (
    name: string,
    pool: Parameters<typeof hire>[2],
    how?: Parameters<typeof hire>[3],
  ): Promise<Hired> => {
    const worker = await hire(place, name, pool, how);
    hired.push(worker);
    return worker;
  };

  beforeAll(async () => {
    redis = await TestRedis.start(folder);
    blobs = await openBlobStore(join(folder, 'blobs'));
    place = { url: redis.url, blobs };
  });
  afterEach(async () => {
    await Promise.all(hired.splice(0).map((worker) => worker.leave()));
    await Promise.all(leads.splice(0).map(({ fleet }) => fleet.close()));
    await redis.command('FLUSHALL');
  });
  afterAll(() => redis.kill());

  it('returns outcomes as they were, with all that JSON cannot hold', async () => {
    const { evaluate } = await leading();
    await hiring(
      'a',
      fakePool((job) => Promise.resolve(outcomeOfJob(job))),
    );
    expect(await evaluate(3)).toEqual({
      ...outcomeOfJob(jobNumber(3)),
      processorClass: 'cpu-a',
      worker: 'a',
    });
  });

  it('sends again what a wiped queue has lost, and refuses what was computed meanwhile', async () => {
    const { evaluate, events } = await leading();
    let begun = 0;
    const worker = await hiring(
      'a',
      fakePool((job, signal) => {
        begun++;
        return lasting(begun === 1 ? 60_000 : 10)(job, signal);
      }),
      { lock: 2000 },
    );
    const outcome = evaluate(1);
    await until(() => begun === 1);
    await redis.command('FLUSHALL');
    expect((await outcome).score).toBe(1 / 3);
    expect(begun).toBe(2);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'queue back', sentAgain: 1 }));
    expect(worker.events).toContainEqual({ kind: 'lock lost', job: 'search-1-rung0-seed7' });
  });

  it('goes on after the queue was out of reach', async () => {
    const { evaluate, events } = await leading();
    await hiring('a', fakePool(lasting(10)));
    await evaluate(1);
    await redis.kill();
    const outcome = evaluate(2);
    await sleep(500);
    await redis.restart();
    expect((await outcome).score).toBe(2 / 3);
    expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['queue lost', 'queue back']));
  });

  it('hands back what a worker that leaves has under way, without counting it', async () => {
    const { evaluate } = await leading();
    let begun = 0;
    const train = fakePool((job, signal) => lasting(++begun <= 10 ? 60_000 : 1)(job, signal));
    const outcome = evaluate(1);
    for (let time = 1; time <= 10; time++) {
      const worker = await hire(place, `a${time}`, train);
      await until(() => begun === time);
      await worker.leave();
      expect(worker.events).toContainEqual({ kind: 'handed back', job: 'search-1-rung0-seed7' });
    }
    await hiring('b', train);
    expect(await outcome).toMatchObject({ status: 'done', attempts: 1 });
    expect(begun).toBe(11);
  });

  it('finds forged results by its own, takes these, and names the worker', async () => {
    const { evaluate, fleet } = await leading();
    const honest = lasting(1);
    await hiring(
      'forger',
      fakePool(async (job, signal) => ({
        ...(await honest(job, signal)),
        score: job.number === 2 ? 1 : job.number / 3,
      })),
    );
    const findings: unknown[] = [];
    const audited = auditedEvaluators(fleet, {
      share: 1,
      key: ['secret'],
      reference: fakePool(honest),
      workerOf: (job) => fleet.workerOf(job),
      report: (finding) => findings.push(finding),
    });
    const { signal } = new AbortController();
    const scores = [1, 2].map(async (number) => (await audited.evaluate(jobNumber(number), signal)).score);
    expect(await Promise.all(scores)).toEqual([1 / 3, 2 / 3]);
    expect(findings).toEqual([
      expect.objectContaining({ kind: 'differing result', number: 2, worker: 'forger' }),
    ]);
    await evaluate(3);
  });

  it('takes a result once, and removes it once it is committed', async () => {
    const { evaluate } = await leading();
    await hiring('a', fakePool(lasting(1)));
    await evaluate(1);
    const connection = await connect(place.url, 'test');
    const queue = new connection.packages.bullmq.Queue(queueNameOf(leads[0]?.record.search ?? ''), {
      connection: connection.options,
      prefix: PREFIX,
    });
    await until(async () => (await queue.getJob('search-1-rung0-seed7')) === undefined);
    await queue.close();
    connection.close();
  });

  it('attaches to what was finished while nobody led', async () => {
    const record = new MemoryRecord();
    const first = await lead(place, record);
    let begun = 0;
    await hiring(
      'a',
      fakePool((job, signal) => {
        begun++;
        return lasting(300)(job, signal);
      }),
    );
    const lost = first.evaluate(1);
    lost.catch(() => undefined);
    await until(() => begun === 1);
    await first.fleet.close();
    await expect(lost).rejects.toThrow('the search was ended');
    await sleep(500);
    const second = await leading(record);
    expect((await second.evaluate(1)).score).toBe(1 / 3);
    expect(begun).toBe(1);
  });

  it('compares a second result with the committed one, and reports another as a violation', async () => {
    const record = new MemoryRecord();
    record.setClass('cpu-a');
    record.commit(jobNumber(1), outcomeOfJob(jobNumber(1)));
    record.commit(jobNumber(2), outcomeOfJob(jobNumber(2)));
    const forged = { ...outcomeOfJob(jobNumber(2)), score: 0.99 };
    await finishedJob(place, record.search, 1, outcomeOfJob(jobNumber(1)));
    await finishedJob(place, record.search, 2, forged);
    const { events } = await leading(record);
    await until(() => events.some(({ kind }) => kind === 'differing result'));
    await sleep(1200);
    expect(events.filter(({ kind }) => kind === 'differing result')).toEqual([
      {
        kind: 'differing result',
        number: 2,
        purpose: 'search',
        worker: 'forger',
        what: `score 0.99 instead of ${2 / 3}`,
        kept: 'first',
      },
    ]);
  });

  it('refuses results that do not have the form of one, and has them computed again', async () => {
    const record = new MemoryRecord();
    await finishedJob(place, record.search, 1, { ...outcomeOfJob(jobNumber(1)), engine: 'abacus' });
    const { evaluate, events } = await leading(record);
    const outcome = evaluate(1);
    await until(() => events.some(({ kind }) => kind === 'result refused'));
    await hiring('a', fakePool(lasting(1)));
    expect((await outcome).engine).toBe('onnx');
    expect(events).toContainEqual(
      expect.objectContaining({ reason: 'it was computed by abacus on cpu, not onnx on cpu' }),
    );
  });

  it('tries a job that a worker cannot do again at once, then ever more rarely, and takes what comes of it', async () => {
    const { evaluate, events } = await leading();
    const tries: number[] = [];
    await hiring(
      'clumsy',
      fakePool((job) => {
        tries.push(performance.now());
        return tries.length < 4
          ? Promise.reject(new Error('its disk is full'))
          : Promise.resolve(outcomeOfJob(job));
      }),
    );
    expect((await evaluate(1)).score).toBe(outcomeOfJob(jobNumber(1)).score);
    const pauses = tries.slice(1).map((at, i) => at - (tries[i] ?? at));
    expect(pauses).toHaveLength(3);
    expect(pauses[0]).toBeLessThan(1900);
    expect(pauses[1]).toBeGreaterThan(2000);
    expect(pauses[2]).toBeGreaterThan(4000);
    expect(events.filter(({ kind }) => kind === 'result refused')).toHaveLength(3);
  });

  it('belongs to the class of its first worker, refuses others in one line, and keeps that after a wipe', async () => {
    const { record, evaluate } = await leading();
    await hiring('a', fakePool(lasting(1)), { processorClass: 'cpu-a' });
    await evaluate(1);
    expect(record.class).toBe('cpu-a');
    await redis.command('FLUSHALL');
    await sleep(1500);
    const other = await hire(place, 'b', fakePool(lasting(1)), { processorClass: 'cpu-b' });
    await expect(other.ended).rejects.toThrow(
      /^worker b: is of processor class cpu-b, and the search made up belongs to cpu-a: .* with --mixed$/,
    );
  });

  it('takes all classes where it is mixed, and says of each outcome which it was', async () => {
    const { evaluate, record } = await leading(new MemoryRecord(), { mixed: true });
    const a = await hiring('a', fakePool(lasting(1)), { processorClass: 'cpu-a' });
    expect((await evaluate(1)).processorClass).toBe('cpu-a');
    await a.leave();
    await hiring('b', fakePool(lasting(1)), { processorClass: 'cpu-b' });
    expect((await evaluate(2)).processorClass).toBe('cpu-b');
    expect(record.class).toBeNull();
  });

  it('refuses a second process that would lead the same search', async () => {
    await leading();
    await expect(lead(place)).rejects.toThrow(
      /^redis:.*: another process leads the search made up there; wait/,
    );
  });

  it('names the lookahead that would keep all slots busy', async () => {
    const { events } = await leading();
    await hiring('a', fakePool(lasting(1), 3));
    await hiring('b', fakePool(lasting(1), 3));
    await until(() => events.some(({ kind }) => kind === 'idle workers'));
    expect(events).toContainEqual({ kind: 'idle workers', slots: 6, lookahead: 4, enough: 12 });
  });

  it('shows who works on what, and which slots wait for whom', async () => {
    const { evaluate, record } = await leading();
    await hiring('a', fakePool(lasting(1200), 2));
    const outcome = evaluate(1);
    const connection = await connect(place.url, 'test');
    await until(async () => {
      const { searches, workers } = await surveyQueue(connection, record.search);
      return searches[0]?.active[0]?.worker === 'a' && workers[0]?.running.length === 1;
    });
    const [search] = (await surveyQueue(connection)).searches;
    expect(search).toMatchObject({
      name: 'made up',
      slots: 2,
      idle: 1,
      waiting: 0,
      led: true,
      class: 'cpu-a',
    });
    connection.close();
    await until(() => record.workers.some(({ candidates }) => candidates.includes(1)));
    await outcome;
  });
});

/** A job that somebody has finished with an outcome of his own making. */
async function finishedJob(
  { url, blobs }: Place,
  search: string,
  number: number,
  outcome: EvaluationOutcome,
): Promise<void> {
  const connection = await connect(url, 'forger');
  const { Queue, Worker } = connection.packages.bullmq;
  const options = { connection: connection.options, prefix: PREFIX };
  const queue = new Queue(queueNameOf(search), options);
  const { cost } = jobNumber(number);
  await queue.add('evaluate', { job: { cost } }, { jobId: `search-${number}-rung0-seed7` });
  const worker = new Worker(queueNameOf(search), null, options);
  const token = randomUUID();
  const job = await worker.getNextJob(token);
  const result = {
    version: 1,
    worker: 'forger',
    class: 'cpu-a',
    outcome: await blobs.put(outcomeToBytes(outcome)),
  };
  await job.moveToCompleted(result, token, false);
  await worker.close();
  await queue.close();
  connection.close();
}

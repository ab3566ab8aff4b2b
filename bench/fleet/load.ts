/**
 * `npm run bench:fleet -- [--jobs 5000] [--workers 1000] [--candidates 10000] [--processes 2]`: what a search over a queue costs besides its
 * trainings. A real coordinator, real workers whose evaluations return at once, a Redis on the loopback.
 *
 * - Overhead of a job: one worker, one job after another, from asking for an evaluation to its outcome.
 * - Jobs a second: as many at once as there is room for.
 * - Decisions a second: a study with its database, over so many workers.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { searchSpaces } from '../../search-spaces/index.js';
import { fleetRecord } from '../../src/api/fleet/fleet-record.js';
import { present } from '../../src/core/errors.js';
import type { EvaluationJob } from '../../src/core/records.js';
import { ascending, lowerQuantile } from '../../src/core/statistics/quantiles.js';
import { Experiment } from '../../src/experiment/schema.js';
import { openBlobStore } from '../../src/fleet/blobs/open.js';
import type { FleetRecord } from '../../src/fleet/coordinator/record.js';
import { FleetEvaluators } from '../../src/fleet/coordinator/fleet-evaluators.js';
import { PROTOCOL } from '../../src/fleet/protocol/job-message.js';
import { publishSetup } from '../../src/fleet/protocol/setup-message.js';
import { connect } from '../../src/fleet/queue/connection.js';
import { genomeSpace } from '../../src/search/space.js';
import { createStrategy } from '../../src/search/strategies/index.js';
import { createExperiment, openStore, type ExperimentRow, type Store } from '../../src/store/index.js';
import { runStudy } from '../../src/study/index.js';
import { count } from '../arguments.js';
import { noRedis, TestRedis } from './redis-server.js';
import { SIMULATED } from './simulated-workers.js';

const simulatedWorkers = fileURLToPath(new URL('./simulated-workers.js', import.meta.url));
const cost = { params: 1000, macs: 1, trainingBytes: 1 };
const space = present(searchSpaces['factorized3d'], 'a space');

interface Shape {
  readonly workers: number;
  readonly slots: number;
  /** Processes that the workers share. */
  readonly processes: number;
  readonly lookahead: number;
  readonly candidates: number;
}

interface Setting extends Shape {
  readonly folder: string;
  readonly url: string;
  /** The compiled program of simulated workers; tests that run from sources name it. */
  readonly program?: string;
  /** True where a study commits what comes of jobs. */
  readonly studied?: true;
}

interface Search {
  readonly store: Store;
  readonly row: ExperimentRow;
  readonly evaluators: FleetEvaluators;
}

/** A search with its workers, all there, and their end. */
async function withSearch<T>(setting: Setting, use: (search: Search) => Promise<T>): Promise<T> {
  const place = mkdtempSync(join(setting.folder, 'search-'));
  const store = openStore(join(place, 'search.db'), 'create');
  const row = createRow(store, setting);
  const blobs = await openBlobStore(join(place, 'blobs'));
  const connection = await connect(setting.url, 'coordinator');
  const own = fleetRecord(store, row.id);
  const record = setting.studied === true ? own : committing(own);
  const experiment = Experiment.parse({ name: 'load', candidates: setting.candidates });
  const code = { space: '', proxyTask: '' };
  const setup = await publishSetup({ experiment, code, ...SIMULATED, threads: 1, scans: [] }, blobs);
  const evaluators = await FleetEvaluators.open({
    connection,
    blobs,
    record,
    report: () => undefined,
    announcement: {
      version: PROTOCOL,
      search: record.search,
      name: row.name,
      setup,
      ...SIMULATED,
      precision: 'float32',
      threads: 1,
      mixed: false,
      lookahead: setting.lookahead,
    },
  });
  const workers = await startWorkers(setting, join(place, 'blobs'));
  try {
    const result = await use({ store, row, evaluators });
    evaluators.finish();
    return result;
  } finally {
    await evaluators.close();
    for (const worker of workers) worker.kill('SIGKILL');
    store.close();
  }
}

/** A record in which all jobs count as committed, so that results are removed where no study commits them. */
const committing = (record: FleetRecord): FleetRecord => ({
  search: record.search,
  get class() {
    return record.class;
  },
  setClass: (name) => record.setClass(name),
  committed: () => ({ status: 'done', score: 0, steps: 1, artifact: null }),
  workersAre: (workers) => record.workersAre(workers),
});

function createRow(store: Store, { lookahead, candidates }: Setting): ExperimentRow {
  return createExperiment(
    store,
    {
      name: 'load',
      spec: {},
      seed: 1,
      strategy: 'evolution',
      space: space.name,
      task: 'simulated',
      lookahead,
      candidates,
      ...SIMULATED,
      scans: '.',
      scansFingerprint: '0',
      metric: 'score',
      chance: 0,
      version: '0',
    },
    new Date(0),
  );
}

/** Starts the workers and waits until they serve. */
async function startWorkers(
  { url, workers, slots, processes, program = simulatedWorkers }: Setting,
  blobs: string,
): Promise<readonly ChildProcess[]> {
  const shares = Array.from({ length: processes }, (_, i) => Math.floor((workers + i) / processes));
  const started = shares.map((share, i) => ({
    share,
    child: fork(program, [url, blobs, `${basename(dirname(blobs))}-${i}`, String(share), String(slots)]),
  }));
  await Promise.all(
    started.map(
      ({ share, child }) =>
        new Promise<void>((resolve, reject) => {
          let serving = 0;
          if (share === 0) resolve();
          child.on('message', () => (serving += 1) === share && resolve());
          child.on('exit', (code) => reject(new Error(`simulated workers ended with ${code}`)));
        }),
    ),
  );
  return started.map(({ child }) => child);
}

const jobOf = (number: number): EvaluationJob => ({
  number,
  genome: { number },
  cost,
  rung: 0,
  share: 1,
  seed: 1,
  purpose: 'search',
  probe: false,
});

const never = new AbortController().signal;

export interface Overhead {
  /** Milliseconds a job. */
  readonly median: number;
  readonly ninetieth: number;
}

/** One worker, one job after another; the first tenth warms up. */
export function overhead(folder: string, url: string, jobs: number): Promise<Overhead> {
  const shape = { workers: 1, slots: 1, processes: 1, lookahead: 8, candidates: jobs };
  return withSearch({ folder, url, ...shape }, async ({ evaluators }) => {
    const times: number[] = [];
    for (let number = 0; number < jobs; number++) {
      const before = performance.now();
      await evaluators.evaluate(jobOf(number), never);
      if (number >= jobs / 10) times.push(performance.now() - before);
    }
    const sorted = ascending(times);
    return { median: lowerQuantile(sorted, 0.5) ?? NaN, ninetieth: lowerQuantile(sorted, 0.9) ?? NaN };
  });
}

export interface Rate {
  readonly perSecond: number;
  /** By the processor time of the process that leads. */
  readonly perProcessorSecond: number;
}

/** As many jobs at once as the lookahead allows. */
export function throughput(setting: Setting): Promise<Rate> {
  return withSearch(setting, ({ evaluators }) =>
    rateOf(setting.candidates, async () => {
      let next = 0;
      const one = async (): Promise<void> => {
        while (next < setting.candidates) await evaluators.evaluate(jobOf(next++), never);
      };
      await Promise.all(Array.from({ length: setting.lookahead }, one));
    }),
  );
}

/** A study of so many candidates, with its database. */
export function decisions(setting: Setting): Promise<Rate> {
  const { lookahead, candidates } = setting;
  return withSearch({ ...setting, studied: true }, ({ store, row, evaluators }) =>
    rateOf(candidates, async () => {
      const end = await runStudy({
        store,
        experiment: row,
        strategy: createStrategy({ name: 'evolution', options: {} }, genomeSpace(space), { lookahead }),
        feasibility: () => ({ feasible: true, cost }),
        candidates,
        keepWeights: 1,
        evaluators,
      });
      if (!end.completed || end.finished !== candidates) throw new Error('the study did not end');
    }),
  );
}

async function rateOf(number: number, work: () => Promise<void>): Promise<Rate> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return {
    perSecond: (1000 * number) / (performance.now() - started),
    perProcessorSecond: (1e6 * number) / (user + system),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '5000' },
      workers: { type: 'string', default: '1000' },
      candidates: { type: 'string', default: '10000' },
      processes: { type: 'string', default: '2' },
    },
  });
  if (noRedis !== undefined) return void process.stdout.write(`${noRedis}\n`);
  const [jobs, workers, candidates, processes] = (
    ['jobs', 'workers', 'candidates', 'processes'] as const
  ).map((option) => count(option, values[option])) as [number, number, number, number];
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-load-'));
  const redis = await TestRedis.start(folder, ['--maxclients', '20000']);
  const { url } = redis;
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const rate = ({ perSecond, perProcessorSecond }: Rate): string =>
    `${perSecond.toFixed(0)} a second, ${perProcessorSecond.toFixed(0)} a second of the leader's processor time`;
  try {
    const { median, ninetieth } = await overhead(folder, url, 500);
    say(`overhead of a job: median ${median.toFixed(1)} ms, nine in ten below ${ninetieth.toFixed(1)} ms`);
    const few = { workers: 8, slots: 16, processes, lookahead: 256, candidates: jobs };
    say(`jobs, 8 workers of 16 slots: ${rate(await throughput({ folder, url, ...few }))}`);
    const many = { workers, slots: 1, processes, lookahead: 2 * workers, candidates };
    say(`decisions, ${workers} workers: ${rate(await decisions({ folder, url, ...many }))}`);
  } finally {
    await redis.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();

/**
 * `npm run bench:scale -- [--workers 1000] [--candidates 20000] [--sigma 0.5] [--lookahead 2000] [--predictable 0.9]
 * [--strategy evolution] [--options JSON] [--db FILE]`:
 * a study with simulated workers whose durations are log-normal, in simulated time but with a real database.
 * `--predictable`: fraction of the logarithm's variance that multiply-accumulates predict. Prints the utilisation of
 * workers, decisions per second, and the duration of status and lineage.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Genome } from '../src/core/records.js';
import { searchSpaces } from '../search-spaces/index.js';
import { present } from '../src/core/errors.js';
import { hashJson } from '../src/core/hash.js';
import { rngOf } from '../src/core/random.js';
import { genomeSpace } from '../src/search/space.js';
import { createStrategy } from '../src/search/strategies/index.js';
import {
  ancestry,
  createExperiment,
  openStore,
  readLineage,
  summarise,
  trustRows,
  winnerRows,
} from '../src/store/index.js';
import {
  diversityOverTime,
  geneEffects,
  operatorSuccess,
  runStudy,
  trustReports,
} from '../src/study/index.js';
import { VirtualTime } from './strategies/virtual-time.js';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1000' },
    candidates: { type: 'string', default: '20000' },
    sigma: { type: 'string', default: '0.5' },
    predictable: { type: 'string', default: '0' },
    lookahead: { type: 'string' },
    strategy: { type: 'string', default: 'evolution' },
    options: { type: 'string', default: '{}' },
    db: { type: 'string' },
  },
});
const workers = Number(values.workers);
const candidates = Number(values.candidates);
const sigma = Number(values.sigma);
const predictable = Number(values.predictable);
const lookahead = Number(values.lookahead ?? 2 * workers);

const folder = mkdtempSync(join(tmpdir(), 'voxolve-scale-'));
const store = openStore(values.db ?? join(folder, 'scale.db'), 'create');
const space = present(searchSpaces['factorized3d'], 'a space');
const experiment = createExperiment(
  store,
  {
    name: 'scale',
    spec: {},
    seed: 1,
    strategy: values.strategy,
    space: space.name,
    task: 'simulated',
    lookahead,
    candidates,
    engine: 'simulated',
    device: 'none',
    scans: '.',
    scansFingerprint: '0',
    metric: 'score',
    chance: 0,
    version: '0',
  },
  new Date(0),
);

const time = new VirtualTime();
let busy = 0;
let finished = 0;
/** Time from which fewer candidates than workers are left, so that some worker is idle whatever is decided. */
let until = 0;
const started = performance.now();
const cpuBefore = process.cpuUsage();
await runStudy({
  store,
  experiment,
  strategy: createStrategy(
    { name: values.strategy, options: JSON.parse(values.options) as object },
    genomeSpace(space),
    { lookahead },
  ),
  feasibility: (genome) => ({
    feasible: true,
    cost: {
      params: 0,
      macs: predictable > 0 ? Math.round(1e6 * foretold(genome)) : 1,
      trainingBytes: 0,
    },
  }),
  candidates,
  keepWeights: 1,
  evaluators: {
    capacity: workers,
    evaluate: async ({ number, genome }) => {
      const rng = rngOf('scale', number);
      const duration = foretold(genome) * Math.exp(sigma * Math.sqrt(1 - predictable) * rng.normal());
      busy += duration;
      await time.after(duration);
      if (++finished === Math.max(1, candidates - workers)) until = time.now;
      return {
        status: 'done',
        score: rng.float(),
        steps: 1,
        engine: 'simulated',
        device: 'none',
        seconds: duration,
        error: null,
        attempts: 1,
        curves: [],
      };
    },
  },
});
const seconds = (performance.now() - started) / 1000;
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(
  `${workers} workers, lookahead ${lookahead}, sigma ${sigma}, ${percent(predictable)} of it foretold: busy ${percent(busy / (workers * time.now))} in all, ` +
    `${percent(Math.min(1, time.busyBefore(until) / (workers * until)))} while there was work for all; ` +
    `${(candidates / seconds).toFixed(0)} decisions a second, ${((1e6 * candidates) / (cpu.user + cpu.system)).toFixed(0)} a second of processor time\n`,
);
timed('status', () => summarise(store, experiment.id));
const best = summarise(store, experiment.id).best?.number ?? 0;
timed('trust and winners', () => [
  trustReports(trustRows(store, experiment.id)),
  winnerRows(store, experiment.id),
]);
timed('lineage', () => ancestry(store, experiment.id, best));
const rows = timed('lineage of all', () => readLineage(store, experiment.id));
timed('statistics', () => [operatorSuccess(rows), geneEffects(rows), diversityOverTime(rows)]);
store.close();
rmSync(folder, { recursive: true });

/** Part of a duration that the genome determines. */
function foretold(genome: Genome): number {
  return Math.exp(sigma * Math.sqrt(predictable) * rngOf('scale', hashJson(genome)).normal());
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function timed<T>(what: string, work: () => T): T {
  const before = performance.now();
  const result = work();
  process.stdout.write(`${what}: ${(performance.now() - before).toFixed(1)} ms\n`);
  return result;
}

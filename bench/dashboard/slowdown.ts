/**
 * `npm run bench:dashboard-slowdown -- [--pairs 10] [--candidates 12] [--workers 2] [--view overview] [--output FILE]`: how much a
 * search slows down while `voxolve dashboard` follows it: the same small search without, with the server and a client that reads as the
 * page does, and with the page in headless Chromium on the same machine, in turns. Prints ratios of wall and processor time to the run
 * without, with 95 % intervals over the pairs.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { meanOf } from '../../src/core/statistics/descriptive.js';
import { studentInterval } from '../../src/core/statistics/intervals.js';
import { count } from '../arguments.js';
import { runSearch, type Spent } from './searched.js';
import { watchers, type Watched } from './watchers.js';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    candidates: { type: 'string', default: '12' },
    workers: { type: 'string', default: '2' },
    view: { type: 'string', default: 'overview' },
    output: { type: 'string' },
  },
});
const pairs = count('pairs', values.pairs);
const candidates = count('candidates', values.candidates);
const workers = count('workers', values.workers);

type Arm = keyof typeof watchers;
type Run = Spent & Watched;
const ARMS: readonly Arm[] = ['without', 'server', 'browser'];

const folder = mkdtempSync(join(tmpdir(), 'voxolve-slowdown-'));
const runs: Record<Arm, Run[]> = { without: [], server: [], browser: [] };
try {
  const experiment = writeExperiment();
  // Begun once, so that all runs start with scans prepared and the page has something to open.
  const begun = join(folder, 'begun');
  await search(experiment, begun, 2);
  for (let pair = 0; pair < pairs; pair++) {
    // Each comes first, second and third equally often.
    const order = ARMS.map((_, i) => ARMS[(i + pair) % ARMS.length] as Arm);
    for (const arm of order) {
      const run = join(folder, 'run');
      cpSync(begun, run, { recursive: true });
      runs[arm].push(await timed(arm, experiment, run));
      rmSync(run, { recursive: true });
    }
    process.stderr.write(`pair ${pair + 1} of ${pairs}: ${ARMS.map(wallOfLast).join(', ')}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
report();

function writeExperiment(): string {
  const quickstart = fileURLToPath(new URL('../../../experiments/quickstart.json', import.meta.url));
  const shipped = JSON.parse(readFileSync(quickstart, 'utf8')) as object;
  const changes = {
    engine: 'onnx',
    device: 'cpu',
    trust: { share: 0 },
    winners: { candidates: 1, seeds: 1 },
  };
  const path = join(folder, 'experiment.json');
  writeFileSync(path, JSON.stringify({ ...shipped, $schema: undefined, ...changes }));
  return path;
}

function search(experiment: string, run: string, wanted: number): Promise<Spent> {
  const database = join(run, 'search.db');
  const cache = join(folder, 'cache');
  return runSearch(['search', experiment, '--db', database], { candidates: wanted, workers, cache });
}

async function timed(arm: Arm, experiment: string, run: string): Promise<Run> {
  const watcher = await watchers[arm](join(run, 'search.db'), values.view);
  try {
    const spent = await search(experiment, run, candidates);
    return { ...spent, ...(await watcher.seen()) };
  } finally {
    await watcher.stop();
  }
}

function wallOfLast(arm: Arm): string {
  return `${arm} ${runs[arm].at(-1)?.wallSeconds.toFixed(1)} s`;
}

/** Geometric mean of the pairs' ratios, with Student's interval of its logarithm. */
function ratio(arm: Arm, of: 'wallSeconds' | 'processorSeconds'): string {
  const logs = runs[arm].map((run, i) => Math.log(run[of] / (runs.without[i]?.[of] ?? NaN)));
  const mean = meanOf(logs);
  if (logs.length < 2) return Math.exp(mean).toFixed(3);
  const [value, low, high] = [mean, ...studentInterval(logs)].map((log) => Math.exp(log).toFixed(3));
  return `${value} (${low} to ${high})`;
}

function report(): void {
  const rows = ARMS.map((arm) => ({
    arm,
    wall: ratio(arm, 'wallSeconds'),
    processor: ratio(arm, 'processorSeconds'),
    'wall s': meanOf(runs[arm].map(({ wallSeconds }) => wallSeconds)).toFixed(1),
    'processor s': meanOf(runs[arm].map(({ processorSeconds }) => processorSeconds)).toFixed(1),
    'server s': meanOf(runs[arm].map(({ serverSeconds }) => serverSeconds)).toFixed(2),
    changes: meanOf(runs[arm].map(({ changes }) => changes)).toFixed(1),
  }));
  const processor = cpus();
  console.log(`${processor.length} × ${processor[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  console.table(rows);
  if (values.output !== undefined)
    writeFileSync(values.output, `${JSON.stringify({ candidates, workers, rows, runs }, null, 2)}\n`);
}

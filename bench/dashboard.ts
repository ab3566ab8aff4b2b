/**
 * `npm run bench:dashboard -- [--candidates 100000] [--db FILE]`: a made-up search of many candidates, served to one page:
 * the milliseconds of each route, cold, kept and after a change, and the memory of the server.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { searchSpaces } from '../search-spaces/index.js';
import { present } from '../src/core/errors.js';
import { rngOf } from '../src/core/random.js';
import { genomeSpace } from '../src/search/space.js';
import {
  createExperiment,
  finishCandidate,
  insertCandidate,
  openStore,
  type ExperimentRow,
  type Store,
} from '../src/store/index.js';

const { values } = parseArgs({ options: { candidates: { type: 'string', default: '100000' } } });
const candidates = Number(values.candidates);
const space = genomeSpace(present(searchSpaces['factorized3d'], 'a space'));
const folder = mkdtempSync(join(tmpdir(), 'voxolve-dashboard-'));
const path = join(folder, 'search.db');

const store = openStore(path, 'create');
const experiment = createExperiment(
  store,
  {
    name: 'made up',
    spec: {},
    seed: 1,
    strategy: 'evolution',
    space: 'factorized3d',
    task: 'made up',
    lookahead: 8,
    candidates: candidates + 1000,
    engine: 'none',
    device: 'none',
    scans: '.',
    scansFingerprint: '0',
    metric: 'score',
    chance: 0,
    version: '0',
  },
  new Date(),
);
store.transaction(() => {
  for (let number = 0; number < candidates; number++) add(store, experiment, number);
});

const server = spawn(
  process.execPath,
  [fileURLToPath(new URL('../src/cli/main.js', import.meta.url)), 'dashboard', path, '--json'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [line] = (await once(server.stdout, 'data')) as [Buffer];
const { origin, searchParams } = new URL((JSON.parse(line.toString()) as { url: string }).url);
const headers = { authorization: `Bearer ${searchParams.get('token')}` };
let version = 0;
for (const route of [
  'summary',
  'candidates',
  'lineage',
  'genes',
  'trust',
  'runs',
  `candidates/${candidates - 1}`,
]) {
  const cold = await timed(route);
  const kept = await timed(route);
  process.stdout.write(`${route}: ${cold}, kept ${kept}\n`);
}
for (let change = 0; change < 3; change++) {
  add(store, experiment, candidates + change);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const since = version;
  for (const route of ['summary', `candidates?since=${since}`, `lineage?since=${since}`, 'genes', 'trust'])
    process.stdout.write(`${route} after a change: ${await timed(route)}\n`);
}
process.stdout.write(`memory of the server: ${memory('VmRSS')}, at most ${memory('VmHWM')}\n`);
server.kill('SIGTERM');
await once(server, 'exit');
store.close();
rmSync(folder, { recursive: true });

async function timed(route: string): Promise<string> {
  const before = performance.now();
  const response = await fetch(`${origin}/api/${route}`, { headers });
  const text = await response.text();
  const took = performance.now() - before;
  if (route.startsWith('candidates') && response.ok)
    version = (JSON.parse(text) as { changes?: { version: number } }).changes?.version ?? version;
  return `${took.toFixed(0)} ms (${response.status}, ${(text.length / 1e6).toFixed(2)} MB)`;
}

/** From Linux's /proc: `VmRSS` or `VmHWM`. */
function memory(field: string): string {
  const [, kib = '?'] =
    new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
  return `${(Number(kib) / 1024).toFixed(0)} MiB`;
}

/** A candidate mutated from an earlier one, done. */
function add(to: Store, row: ExperimentRow, number: number): void {
  const rng = rngOf('dashboard', number);
  const parent = Math.floor(rng.float() * number);
  const genome = space.sample(rng);
  const id = insertCandidate(to, row.id, {
    number,
    genome,
    parents: number === 0 ? [] : [{ number: parent, role: 'parent' }],
    mutations: [{ kind: 'resample', path: '/stem', before: 0, after: 1 }],
    rung: 0,
    params: 1000 + number,
    macs: 100_000 + number,
  });
  const evaluation = {
    rung: 0,
    seed: 1,
    steps: 1,
    status: 'done',
    score: rng.float(),
    engine: 'none',
    device: 'none',
  } as const;
  finishCandidate(
    to,
    id,
    { ...evaluation, seconds: 1, error: null, attempts: 1, artifact: null, inherited: null },
    { curves: [] },
  );
}

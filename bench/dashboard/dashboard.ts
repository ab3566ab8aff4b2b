/**
 * `npm run bench:dashboard -- [--candidates 100000]`: a made-up search of many candidates, served to one page:
 * the milliseconds of each route, cold, kept and after a change, and the memory of the server.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openStore } from '../../src/store/index.js';
import { MadeUpSearch, madeUpExperiment } from './made-up.js';
import { startDashboard } from './started.js';

const { values } = parseArgs({ options: { candidates: { type: 'string', default: '100000' } } });
const candidates = Number(values.candidates);
const folder = mkdtempSync(join(tmpdir(), 'voxolve-dashboard-'));
const path = join(folder, 'search.db');

const store = openStore(path, 'create');
const search = new MadeUpSearch(store, madeUpExperiment({ candidates: candidates + 1000 }));
search.add(candidates);

const dashboard = await startDashboard(path);
const { origin, searchParams } = new URL(dashboard.url);
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
  search.add();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const since = version;
  for (const route of ['summary', `candidates?since=${since}`, `lineage?since=${since}`, 'genes', 'trust'])
    process.stdout.write(`${route} after a change: ${await timed(route)}\n`);
}
process.stdout.write(`memory of the server: ${memory('VmRSS')}, at most ${memory('VmHWM')}\n`);
await dashboard.stop();
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
    new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${dashboard.pid}/status`, 'utf8')) ?? [];
  return `${(Number(kib) / 1024).toFixed(0)} MiB`;
}

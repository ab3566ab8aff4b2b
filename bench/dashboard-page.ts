/**
 * `npm run bench:dashboard-page -- [--candidates 100000] [--db FILE]`: how long the page takes in a browser, on a made-up
 * family of an evolution: first paint, the lineage's layout and drawing, and an update when a candidate is added while the
 * page is open. Times are the browser's own marks; the slowest of five updates and the medians are printed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { medianOf } from '../src/core/statistics/quantiles.js';
import { rngOf } from '../src/core/random.js';
import {
  createExperiment,
  finishCandidate,
  insertCandidate,
  openStore,
  type Store,
} from '../src/store/index.js';

const { values } = parseArgs({
  options: { candidates: { type: 'string', default: '100000' }, db: { type: 'string' } },
});
const candidates = Number(values.candidates);
const main = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
const UPDATES = 5;

const folder = mkdtempSync(join(tmpdir(), 'voxolve-page-'));
const database = values.db ?? join(folder, 'made-up.db');
const store = openStore(database, 'create');
const rng = rngOf('dashboard page', candidates);
const scores: number[] = [];
const experiment = createExperiment(
  store,
  {
    name: 'made-up',
    spec: {},
    seed: 1,
    strategy: 'evolution',
    space: 'factorized3d',
    task: 'made up',
    lookahead: 4,
    candidates: candidates + UPDATES,
    engine: 'none',
    device: 'none',
    scans: '.',
    scansFingerprint: '0',
    metric: 'score',
    chance: 0,
    version: '0',
  },
  new Date(0),
);
store.transaction(() => {
  for (let number = 0; number < candidates; number++) addTo(store, number);
});

const dashboard = spawn(process.execPath, [main, 'dashboard', database, '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launch({
  executablePath: process.env['VOXOLVE_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const [line] = (await once(dashboard.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { readonly url: string };
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${url}#/lineage`);
  await shows(page, candidates);
  await page.waitForTimeout(1000);
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  );
  say('first contentful paint', [paint]);
  say('lineage, layout', await marks(page, 'lineage-layout'));
  say('lineage, drawing', await marks(page, 'lineage-draw'));
  const updates: number[] = [];
  for (let i = 0; i < UPDATES; i++) {
    await page.evaluate(() => performance.clearMeasures());
    addTo(store, candidates + i);
    await shows(page, candidates + i + 1);
    await page.waitForTimeout(700);
    const parts = await Promise.all(
      ['lineage-merge', 'lineage-layout', 'lineage-draw'].map((name) => marks(page, name)),
    );
    updates.push(parts.flat().reduce((sum, part) => sum + part, 0));
  }
  say('update: merging, layout and drawing', updates);
} finally {
  await browser.close();
  dashboard.kill('SIGTERM');
  store.close();
  rmSync(folder, { recursive: true });
}

/** A candidate of an evolution with population 64 and tournaments of 8; scores creep upwards. */
function addTo(to: Store, number: number): void {
  const founders = 32;
  const rivals = Array.from({ length: 8 }, () => number - 1 - rng.int(Math.max(1, Math.min(number, 64))));
  const parent = rivals.reduce(
    (best, rival) => ((scores[rival] ?? 0) > (scores[best] ?? 0) ? rival : best),
    0,
  );
  const isFounder = number < founders;
  const score = isFounder ? 0.2 * rng.float() : (scores[parent] ?? 0) + 0.001 * (rng.float() - 0.6);
  scores.push(score);
  const path = `/stages/${rng.int(4)}/width`;
  const id = insertCandidate(to, experiment.id, {
    number,
    genome: { width: number },
    parents: isFounder ? [] : [{ number: parent, role: 'parent' }],
    mutations: isFounder ? [] : [{ kind: 'step', path, before: 8, after: 16 }],
    rung: 0,
    params: 1000 + number,
    macs: 1e6,
  });
  finishCandidate(
    to,
    id,
    {
      rung: 0,
      seed: 1,
      steps: 1,
      status: 'done',
      score,
      engine: 'none',
      device: 'none',
      seconds: 1,
      error: null,
      attempts: 1,
      artifact: null,
      inherited: null,
    },
    { curves: [] },
  );
}

async function shows(page: Page, count: number): Promise<void> {
  await page
    .locator('#family-title', { hasText: `Family of ${count} candidates` })
    .waitFor({ timeout: 120_000 });
}

function marks(page: Page, name: string): Promise<number[]> {
  return page.evaluate(
    (of) => performance.getEntriesByName(of, 'measure').map(({ duration }) => duration),
    name,
  );
}

function say(what: string, times: readonly number[]): void {
  const most = Math.max(...times);
  process.stdout.write(
    `${what}: median ${medianOf(times).toFixed(0)} ms, at most ${most.toFixed(0)} ms of ${times.length}\n`,
  );
}

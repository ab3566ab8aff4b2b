/**
 * `npm run bench:dashboard-page -- [--candidates 100000] [--db FILE]`: how long the page takes in a browser, on a made-up
 * family of an evolution: first paint, the lineage's layout and drawing, and an update when a candidate is added while the
 * page is open. Times are the browser's own marks; the slowest of five updates and the medians are printed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { medianOf } from '../../src/core/statistics/quantiles.js';
import { openStore } from '../../src/store/index.js';
import { MadeUpSearch, madeUpExperiment } from './made-up.js';
import { startBrowser, startDashboard } from './started.js';

const { values } = parseArgs({
  options: { candidates: { type: 'string', default: '100000' }, db: { type: 'string' } },
});
const candidates = Number(values.candidates);
const UPDATES = 5;

const folder = mkdtempSync(join(tmpdir(), 'voxolve-page-'));
const database = values.db ?? join(folder, 'made-up.db');
const store = openStore(database, 'create');
const search = new MadeUpSearch(store, madeUpExperiment({ candidates: candidates + UPDATES }));
search.add(candidates);

const dashboard = await startDashboard(database);
const browser = await startBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${dashboard.url}#/lineage`);
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
    search.add();
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
  await dashboard.stop();
  store.close();
  rmSync(folder, { recursive: true });
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

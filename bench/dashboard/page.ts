/**
 * `npm run bench:dashboard-page -- [--candidates 100000] [--updates 5] [--db FILE]`: how long the page takes in a browser, on a
 * made-up family of an evolution: first paint, the lineage's layout and drawing, and an update when a candidate is added while
 * the lineage, or the scores, are open. Times are the browser's own marks. An update takes from the arrival of what is new to the
 * end of the last drawing, with all that is worked out between; its parts are told too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { medianOf } from '../../src/core/statistics/quantiles.js';
import { openStore } from '../../src/store/index.js';
import { count } from '../arguments.js';
import { MadeUpSearch, madeUpExperiment } from './made-up.js';
import { startBrowser, startDashboard } from './started.js';

const { values } = parseArgs({
  options: {
    candidates: { type: 'string', default: '100000' },
    updates: { type: 'string', default: '5' },
    db: { type: 'string' },
  },
});
const candidates = count('candidates', values.candidates);
const updates = count('updates', values.updates);

const folder = mkdtempSync(join(tmpdir(), 'voxolve-page-'));
const database = values.db ?? join(folder, 'made-up.db');
const store = openStore(database, 'create');
const search = new MadeUpSearch(store, madeUpExperiment({ candidates: candidates + 2 * updates }));
search.add(candidates);

let shown = candidates;

const LINEAGE = ['lineage-merge', 'lineage-layout', 'lineage-draw'];
const SCORES = ['candidates-merge', 'plot-draw'];

const dashboard = await startDashboard(database);
const browser = await startBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${dashboard.url}#/lineage`);
  await shows(page, familyOf(candidates));
  await page.waitForTimeout(1000);
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  );
  say('first contentful paint', [paint]);
  say('lineage, layout', lengths(await marks(page, 'lineage-layout')));
  say('lineage, drawing', lengths(await marks(page, 'lineage-draw')));
  await follow(page, 'lineage', LINEAGE, familyOf);
  await page.evaluate(() => performance.clearMeasures());
  await page.goto(`${dashboard.url}#/scores`);
  await shows(page, scoredOf(candidates + updates));
  await page.waitForTimeout(3000);
  say('scores, drawing of each plot', lengths(await marks(page, 'plot-draw')));
  await follow(page, 'scores', SCORES, scoredOf);
} finally {
  await browser.close();
  await dashboard.stop();
  store.close();
  rmSync(folder, { recursive: true });
}

/** What shows that so many candidates were drawn. */
interface Sign {
  readonly place: string;
  readonly text: string;
}

function familyOf(candidates: number): Sign {
  return { place: '#family-title', text: `Family of ${candidates} candidates` };
}

function scoredOf(candidates: number): Sign {
  return { place: 'figcaption', text: `${candidates} candidates with a score; the line` };
}

async function shows(page: Page, { place, text }: Sign): Promise<void> {
  await page.locator(place, { hasText: text }).waitFor({ timeout: 120_000 });
}

/** Adds a candidate time and again, and tells how long the page takes to show it. */
async function follow(
  page: Page,
  view: string,
  names: readonly string[],
  sign: (candidates: number) => Sign,
): Promise<void> {
  const whole: number[] = [];
  const parts = names.map((): number[] => []);
  for (let i = 0; i < updates; i++) {
    await page.evaluate(() => performance.clearMeasures());
    search.add();
    await shows(page, sign(++shown));
    await page.waitForTimeout(1500);
    const found = await Promise.all(names.map((name) => marks(page, name)));
    found.forEach((one, at) => parts[at]?.push(lengths(one).reduce((sum, length) => sum + length, 0)));
    const all = found.flat();
    whole.push(Math.max(...all.map(({ end }) => end)) - Math.min(...all.map(({ start }) => start)));
  }
  say(`update of the ${view}`, whole);
  names.forEach((name, at) => say(`  of which ${name}`, parts[at] ?? []));
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function lengths(spans: readonly Span[]): readonly number[] {
  return spans.map(({ start, end }) => end - start);
}

function marks(page: Page, name: string): Promise<Span[]> {
  return page.evaluate(
    (of) =>
      performance
        .getEntriesByName(of, 'measure')
        .map(({ startTime, duration }) => ({ start: startTime, end: startTime + duration })),
    name,
  );
}

function say(what: string, times: readonly number[]): void {
  const most = Math.max(...times);
  process.stdout.write(
    `${what}: median ${medianOf(times).toFixed(0)} ms, at most ${most.toFixed(0)} ms of ${times.length}\n`,
  );
}

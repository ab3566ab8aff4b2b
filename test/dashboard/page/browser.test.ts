/**
 * The page in a real browser, on a real search: every view opens without a complaint, asks nobody else, is found accessible by
 * axe-core, fits a phone, and shows the numbers that the command line prints.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  goTo,
  launchBrowser,
  noBrowser,
  openPage,
  faultsOf,
  startDashboard,
  type Dashboard,
  type Look,
} from '../../support/browser.js';
import type { ScansView } from '../../../src/dashboard/views/types.js';
import { succeed } from '../../support/cli.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../../support/tiny.js';
import { expectFaultless, viewsOf } from '../../support/views.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const db = join(folder, 'tiny.db');
const [wide, phone]: Look[] = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 360 },
];

interface Status {
  readonly best: { readonly number: number; readonly score: number };
  readonly winner: { readonly number: number; readonly mean: number };
  readonly candidates: { readonly done: number; readonly total: number };
}

/** Names of files that must be text to the page and nothing else. */
const HOSTILE = [
  '<img src=x onerror="window.hit = 1">.txt',
  "'); window.hit = 1; ('.txt",
  'right \u202eto\u2066 left.txt',
  'control \u0007\u001b[31m\n.txt',
  `${'long'.repeat(60)}.txt`,
] as const;

describe.skipIf(noBrowser !== undefined)('the page in a browser', { timeout: 120_000 }, () => {
  let browser: Browser;
  let dashboard: Dashboard;
  let status: Status;
  beforeAll(async () => {
    const experiment = writeExperiment(folder, { space: smallSpace, candidates: 6 });
    await succeed(['search', experiment, '--db', db, '--workers', '1'], env);
    status = JSON.parse((await succeed(['status', db, '--json'], env)).stdout) as Status;
    for (const name of HOSTILE) writeFileSync(join(folder, 'tiny.phantoms', name), 'no scan');
    [browser, dashboard] = await Promise.all([launchBrowser(), startDashboard([db], env)]);
  }, 120_000);
  afterAll(async () => {
    dashboard?.child.kill();
    await browser?.close();
  });

  it('opens every view without a complaint', () =>
    expectFaultless(browser, dashboard.url, wide!, viewsOf(status.best.number)));

  // The others, and other looks, are opened by looks.long.test.ts.
  it('opens plots and tables without a complaint on a phone, in the dark', () =>
    expectFaultless(browser, dashboard.url, phone!, ['overview', 'lineage']));

  it('shows the numbers that voxolve status prints', async () => {
    const { page } = await openPage(browser, dashboard.url, wide!);
    await goTo(page, 'overview');
    const text = await page.locator('main').innerText();
    expect(text).toContain(status.best.score.toFixed(4));
    expect(text).toContain(status.winner.mean.toFixed(3));
    expect(text).toContain(`${status.candidates.done} done`);
    await expect(
      page.locator(`main a[href="#/candidate/${status.winner.number}"]`).count(),
    ).resolves.toBeGreaterThan(0);
    await page.context().close();
  });

  it('opens a candidate by keys, from the plot of scores', async () => {
    const { page } = await openPage(browser, dashboard.url, wide!);
    await goTo(page, 'scores');
    await page.getByRole('application', { name: /^Scores/ }).focus();
    await page.keyboard.press('ArrowUp');
    const said = await page.locator('.readout').first().innerText();
    expect(said).toContain(`Candidate ${status.best.number}: accuracy ${status.best.score.toFixed(4)}`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/#/candidate/${status.best.number}`);
    expect(await page.locator('h1').innerText()).toBe(`Candidate ${status.best.number}`);
    await page.context().close();
  });

  it('keeps the candidates within a limit that inputs give', async () => {
    const { page } = await openPage(browser, dashboard.url, wide!);
    await goTo(page, 'scores');
    const figure = page.getByRole('figure', { name: 'Genes and scores' });
    const shown = async () => Number(/^\d+/.exec(await figure.locator('figcaption').innerText())?.[0]);
    const all = await shown();
    await figure.locator('summary').click();
    const least = figure.getByLabel('Least of accuracy');
    await least.fill(String(status.best.score + 0.001));
    await least.press('Tab');
    await expect.poll(shown).toBe(0);
    await least.fill(String(status.best.score - 0.001));
    await least.press('Tab');
    await expect.poll(shown).toBeGreaterThanOrEqual(1);
    await figure.getByRole('button', { name: 'Clear limits' }).click();
    await expect.poll(shown).toBe(all);
    await page.context().close();
  });

  it('saves a plot as SVG and as PNG, and copies a table as CSV', async () => {
    const { page } = await openPage(browser, dashboard.url, wide!);
    await goTo(page, 'scores');
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Save as ${name}: Scores` }).click(),
      ]);
      const chunks: Buffer[] = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    };
    const svg = (await saved('SVG')).toString();
    expect(svg).toMatch(/^<svg xmlns=/);
    expect(svg).toContain('chance');
    expect([...(await saved('PNG')).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as CSV' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.trim().split('\r\n')).toHaveLength(status.candidates.total + 1);
    await page.context().close();
  });

  it('shows hostile names of scans as text, real ones of files and those of 10 kB', async () => {
    const { page, complaints } = await openPage(browser, dashboard.url, phone!);
    await goTo(page, 'scans');
    const skipped = await page.getByRole('table', { name: 'Scans that were skipped' }).innerText();
    expect(skipped).toContain('<img src=x onerror="window.hit = 1">.txt');
    expect(skipped).toContain("'); window.hit = 1; ('.txt");
    await page.route('**/api/scans', async (route) => {
      const response = await route.fetch();
      const view = (await response.json()) as ScansView;
      const worst = '</script><svg onload="window.hit = 1">\u202e\u0000'.repeat(230);
      const named = <T extends object>(row: T): T => ({ ...row, name: worst, reason: worst, caption: worst });
      await route.fulfill({
        response,
        json: {
          ...view,
          scans: view.scans.map(named),
          skipped: [named({})],
          batches: view.batches.map(named),
        },
      });
    });
    await goTo(page, 'overview');
    await goTo(page, 'scans');
    const main = page.locator('main');
    await main.getByText('</script><svg onload=').first().waitFor();
    const text = await main.innerText();
    expect(text.length, 'long names are cut').toBeLessThan(10_000);
    // eslint-disable-next-line no-control-regex -- what must not be there
    expect(skipped + text).not.toMatch(/[\u0000-\u0008\u000e-\u001f\u202a-\u202e\u2066-\u2069]/);
    expect(await main.locator('svg, script, img:not([src^="blob:"])').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
    ).toBeLessThanOrEqual(0);
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows a puzzle, its answer and what the best candidate says, when asked for', async () => {
    const { page, complaints } = await openPage(browser, dashboard.url, wide!);
    await goTo(page, 'scans');
    await page.getByRole('button', { name: 'Show the answers to sample 1' }).click();
    const own = page.locator('.sheets.wide > li').first();
    await own.getByText(/Candidate \d+, (right|wrong):/).waitFor();
    // Sheets that load above may have moved it off the screen, where pictures are not asked for.
    await own.locator('.picture').last().scrollIntoViewIfNeeded();
    await own.getByRole('img', { name: /^What candidate \d+ answers to sample 1: class \d of 8/ }).waitFor();
    expect(await own.getByRole('img').count()).toBe(3);
    expect(await own.innerText()).toMatch(
      new RegExp(`Candidate ${status.winner.number}, (right|wrong): class \\d of 8`),
    );
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('hands its token to a tab that was opened without one, and tells a stranger to open the link', async () => {
    const { page } = await openPage(browser, dashboard.url, wide!);
    await goTo(page, 'overview');
    const { origin } = new URL(dashboard.url);
    const second = await page.context().newPage();
    await second.goto(`${origin}/#/scores`);
    await second.getByRole('figure', { name: 'Scores', exact: true }).waitFor();
    const stranger = await openPage(browser, `${origin}/#/scores`, wide!);
    await stranger.page.getByText('open the link that voxolve dashboard printed').first().waitFor();
    await page.context().close();
    await stranger.page.context().close();
  });
});

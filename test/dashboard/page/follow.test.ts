/**
 * A running search followed in a browser from its first candidate to its last, killed and resumed meanwhile; then the
 * numbers of the page against those of the commands.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { listExperiments, openStore, summarise } from '../../../src/store/index.js';
import { startVoxolve, succeed, type Running } from '../../support/cli.js';
import { launchBrowser, noBrowser } from '../../support/browser.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../../support/tiny.js';

const CANDIDATES = 14;
const PATIENCE = 60_000;

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const database = join(folder, 'search.db');
const experiment = writeExperiment(folder, {
  space: smallSpace,
  candidates: CANDIDATES,
  lookahead: 2,
  inherit: true,
  training: { steps: 80, batch: 4, evaluationBatches: 3 },
  trust: { share: 0 },
});

interface Ancestor {
  readonly number: number;
  readonly score: number;
  readonly parent: number | null;
  readonly mutations: readonly { readonly kind: string; readonly path: string }[];
  readonly gain: number | null;
}

interface Status {
  readonly winner: { readonly number: number; readonly search_score: number; readonly params: number };
  readonly state: string;
}

const json = async <T>(...args: readonly string[]): Promise<T> =>
  JSON.parse((await succeed([...args, '--json'], env)).stdout) as T;

/** The link of a dashboard, once it listens. */
async function linkOf(running: Running): Promise<string> {
  const [line] = (await once(running.child.stdout!, 'data')) as [Buffer];
  return (JSON.parse(line.toString()) as { readonly url: string }).url;
}

/** Opens the dashboard's page; what its console says of errors comes along. */
async function open(browser: Browser, url: string, view: string) {
  const page = await browser.newPage();
  const problems: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    // What is refused is told by the answers below, with their addresses.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) problems.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    // Pictures and files made by the page itself have no host.
    if (!/^(data|blob):/.test(request.url())) hosts.add(new URL(request.url()).host);
  });
  await page.goto(`${url}#/${view}`);
  return { page, problems, hosts, host: new URL(url).host };
}

const go = (page: Page, view: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = `#/${to}`;
  }, view);

/** Waits until the page shows so many candidates at least; returns how many it shows. */
async function shows(page: Page, count: number): Promise<number> {
  const title = page.locator('#family-title');
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const [text = ''] = await title.allTextContents();
    const shown = Number(/\d+/.exec(text)?.[0] ?? 0);
    if (shown >= count) return shown;
    if (Date.now() > deadline) throw new Error(`only ${shown} of ${count} candidates are shown`);
    await page.waitForTimeout(20);
  }
}

/** Cells of the rows of the table with this caption. */
async function rowsOf(page: Page, caption: string): Promise<readonly (readonly string[])[]> {
  const rows = page.locator(`table:has(caption:text-is("${caption}")) tbody tr`);
  await rows.first().waitFor();
  return Promise.all((await rows.all()).map((row) => row.locator('td').allTextContents()));
}

describe.skipIf(noBrowser !== undefined)('page of a running search', () => {
  const ended: (() => Promise<unknown> | void)[] = [];
  afterAll(async () => {
    for (const end of ended) await end();
  });

  it(
    'follows it to the end though it is killed, and says what the commands say',
    { timeout: 180_000 },
    async () => {
      const browser = await launchBrowser();
      ended.push(() => browser.close());
      const first = startVoxolve(['search', experiment, '--db', database, '--workers', '1'], env);
      ended.push(() => void first.child.kill('SIGKILL'));
      // Held as soon as it has candidates, so that the page finds it half-way on machines of any speed.
      await hasCandidates();
      first.child.kill('SIGSTOP');
      const dashboard = startVoxolve(['dashboard', database, '--json'], env);
      ended.push(() => void dashboard.child.kill('SIGTERM'));
      const link = await linkOf(dashboard);
      const { page, problems, hosts, host } = await open(browser, link, 'lineage');

      const seen = await shows(page, 1);
      first.child.kill('SIGCONT');
      first.child.kill('SIGKILL');
      expect((await first.finished).signal).toBe('SIGKILL');
      expect(seen).toBeLessThan(CANDIDATES);
      // Its table is below what the window shows: it is brought up to date when it is scrolled to.
      const scores = await open(browser, link, 'scores');
      const table = scores.page.getByRole('table', { name: 'Candidates' });
      await table.waitFor({ timeout: PATIENCE });
      await succeed(['resume', database, '--workers', '1'], env);
      expect(await shows(page, CANDIDATES)).toBe(CANDIDATES);
      await table.scrollIntoViewIfNeeded();
      await expect
        .poll(() => table.locator('tbody tr').count(), { timeout: PATIENCE })
        .toBe(Math.min(CANDIDATES, 20));
      expect(scores.problems).toEqual([]);

      const { winner } = await json<Status>('status', database);
      const ancestors = await json<readonly Ancestor[]>('lineage', database);
      await page
        .locator(`table caption:text-is("Path to candidate ${winner.number}")`)
        .waitFor({ timeout: PATIENCE });
      const path = await rowsOf(page, `Path to candidate ${winner.number}`);
      expect(path.map(([number]) => Number(number))).toEqual(ancestors.map(({ number }) => number));
      for (const [i, { score, gain }] of ancestors.entries()) {
        expect(Number(path[i]?.[3])).toBeCloseTo(score, 4);
        // Its interval follows in parentheses.
        const [shown = ''] = path[i]?.[4]?.split(' (') ?? [];
        if (gain === null) expect(shown).toBe('–');
        else expect(Number(shown)).toBeCloseTo(gain, 4);
      }

      await checkCandidate(page, ancestors.at(-1)!, winner.params);
      await go(page, `why/${winner.number}`);
      await page.getByText(`it gives the genome that was recorded for candidate ${winner.number}`).waitFor();
      const chosen = ancestors.at(-1)!.parent;
      if (chosen !== null) {
        const tournament = await rowsOf(page, 'Tournament for parenthood, best first');
        expect(
          tournament.filter(([, , , isChosen]) => isChosen === 'yes').map(([, number]) => Number(number)),
        ).toEqual([chosen]);
      }
      expect(problems).toEqual([]);
      expect([...hosts].filter((one) => one !== host)).toEqual([]);
    },
  );
});

/** Waits until the search has decided on a candidate. */
async function hasCandidates(): Promise<void> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (existsSync(database) && candidatesIn() > 0) return;
  }
  throw new Error('the search decided on no candidate');
}

function candidatesIn(): number {
  try {
    const store = openStore(database, 'read');
    try {
      return listExperiments(store).reduce((sum, { id }) => sum + summarise(store, id).candidates.total, 0);
    } finally {
      store.close();
    }
  } catch {
    return 0; // its tables are being made
  }
}

async function checkCandidate(page: Page, winner: Ancestor, params: number): Promise<void> {
  await go(page, `candidate/${winner.number}`);
  const figure = (name: string) => page.locator(`dl.figures div:has(dt:text-is("${name}")) dd`);
  expect(Number(await figure('Score').textContent())).toBeCloseTo(winner.score, 4);
  const shown = (await figure('Parameters').textContent()) ?? '';
  expect(Number(shown.replace(' k', '')) * (shown.endsWith(' k') ? 1000 : 1)).toBeCloseTo(params, -3);
  if (winner.parent !== null) {
    expect(await page.locator('section[aria-labelledby="origin-title"] p').first().textContent()).toContain(
      `candidate ${winner.parent}`,
    );
    const changes = await rowsOf(page, 'Differences to the parent');
    expect(changes.map(([kind, where]) => [kind, where])).toEqual(
      winner.mutations.map(({ kind, path }) => [kind, path]),
    );
  }
}

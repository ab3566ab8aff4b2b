import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escaped, figure } from '../../../src/dashboard/report/html.js';
import { thinned } from '../../../src/dashboard/report/thinned.js';
import { findExperiment, openStore } from '../../../src/store/index.js';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, noBrowser } from '../../support/browser.js';
import { succeed } from '../../support/cli.js';
import { HOSTILE as HOSTILE_NAMES, databaseOf } from '../server/made-up.js';
import { voxolveHere } from '../../support/cli-here.js';
import { smallSpace, writeExperiment } from '../../support/tiny.js';

const HOSTILE = '</script><img src=x onerror="document.title=1">\u202e\u0000&amp;';
const folder = mkdtempSync(join(tmpdir(), 'voxolve-report-'));
const at = (name: string): string => join(folder, name);
const [db, file] = [at('toy.db'), at('report.html')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let html: string;
beforeAll(async () => {
  const experiment = writeExperiment(folder, {
    space: smallSpace,
    training: { steps: 4, batch: 2, evaluationBatches: 2 },
    winners: { candidates: 2, seeds: 2 },
    candidates: 24,
  });
  await succeed(['search', experiment, '--db', db, '--workers', '2'], { VOXOLVE_CACHE: at('cache') });
  const store = openStore(db, 'write');
  store.statement(`UPDATE experiments SET name = ?, metric = ?`).run(`toy ${HOSTILE}`, HOSTILE);
  store.statement('UPDATE mutations SET kind = ? WHERE id = (SELECT max(id) FROM mutations)').run(HOSTILE);
  expect(findExperiment(store, `toy ${HOSTILE}`)).toBeDefined();
  store.close();
  const { code, stderr } = await voxolveHere(['report', db, '-o', file]);
  expect([code, stderr]).toEqual([0, '']);
  html = readFileSync(file, 'utf8');
}, 120_000);

/** Cells of the tables by row, as text. */
function rowsOf(caption: string): string[][] {
  const start = html.indexOf(`<caption>${caption}`);
  const body = html.slice(html.indexOf('<tbody>', start), html.indexOf('</tbody>', start));
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => cell),
  );
}

describe('a report', () => {
  it('has the figures of status --json and lineage --json in tables that need no script', async () => {
    const status = JSON.parse((await voxolveHere(['status', db, '--json'])).stdout) as {
      candidates: { done: number; failed: number };
      best: { number: number; score: number };
      winner: { number: number; mean: number };
    };
    const overview = Object.fromEntries(rowsOf('The search')) as Record<string, string>;
    expect(overview['candidates done']).toBe(String(status.candidates.done));
    expect(overview['failed']).toBe(String(status.candidates.failed));
    const [best] = rowsOf('Candidates by score');
    expect(best?.[0]).toBe(String(status.best.number));
    expect(best?.[2]).toBe(figure(status.best.score));
    const store = openStore(db, 'read');
    const path = rowsOf('From a founder').map(([number]) => Number(number));
    const parents = path.map(
      (number) =>
        store
          .statement(
            `SELECT p.number FROM candidate_parents JOIN candidates c ON c.id = candidate JOIN candidates p ON p.id = parent
             WHERE c.number = ? AND role IN ('parent', 'promotion')`,
          )
          .pluck()
          .get(number) ?? null,
    );
    store.close();
    expect(path.at(-1)).toBe(status.winner.number);
    expect(overview['winner, mean of its trainings from scratch']).toContain(
      `candidate ${status.winner.number}: ${figure(status.winner.mean)}`,
    );
    expect(parents).toEqual([null, ...path.slice(0, -1)]);
  });

  it('holds what the page loads, by path, as the views give it', () => {
    const [, packed = ''] =
      /<script type="application\/gzip" id="report-data">([\w+/=]*)<\/script>/.exec(html) ?? [];
    const text = gunzipSync(Buffer.from(packed, 'base64')).toString();
    const data = JSON.parse(text) as Record<string, { numbers?: number[] }>;
    expect(data['/api/candidates']?.numbers).toHaveLength(24);
    expect(data['/api/lineage']?.numbers).toHaveLength(24);
    expect(Object.keys(data).filter((path) => /^\/api\/candidates\/\d+$/.test(path))).toHaveLength(24);
    expect(text).toContain('onerror');
  });

  it('holds names as text and nothing of them as markup, and allows its own scripts alone', () => {
    expect(html.includes('<img src=x')).toBe(false);
    expect(html.match(/<script/g)?.length).toBe(html.match(/<\/script>/g)?.length);
    expect(/[\0\u202e]/.test(html)).toBe(false);
    expect(
      /Content-Security-Policy" content="default-src &#39;none&#39;; script-src &#39;sha256-/.test(html),
    ).toBe(true);
    expect(/<(script|link|img)[^>]*(src|href)="(?!data:)/.test(html)).toBe(false);
    expect(escaped(HOSTILE)).toBe(
      '&#60;/script&#62;&#60;img src=x onerror=&#34;document.title=1&#34;&#62;\\u202e\\u0000&#38;amp;',
    );
  });

  it('is not written over, unless asked to, and not for what is no database', async () => {
    const { code, stderr } = await voxolveHere(['report', db, '-o', file]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('is there already; name another file, or give --again'),
    ]);
    expect((await voxolveHere(['report', db, '-o', file, '--again'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(html);
    expect((await voxolveHere(['report', at('none.db'), '-o', at('none.html')])).code).toBe(1);
    expect(existsSync(at('none.html'))).toBe(false);
  });
});

it('a thinned curve keeps the peaks, gaps and end of long ones, and short ones whole', () => {
  const steps = Array.from({ length: 5000 }, (_, step) => step);
  const values = steps.map((step) => (step === 1234 ? 9 : step === 4321 ? null : Math.sin(step / 300)));
  const line = thinned({ name: 'train/loss', steps, values });
  expect(line.steps.length).toBeLessThanOrEqual(402);
  expect(line.values).toEqual(line.steps.map((step) => values[step]));
  expect([1234, 4321, 4999].every((step) => line.steps.includes(step))).toBe(true);
  expect(Math.min(...line.values.flatMap((value) => value ?? []))).toBe(
    Math.min(...values.flatMap((value) => value ?? [])),
  );
  const short = { name: 'x', steps: steps.slice(0, 400), values: values.slice(0, 400) };
  expect(thinned(short)).toEqual(short);
});

describe.skipIf(noBrowser !== undefined)('a report in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** Opens a file; what goes wrong (errors, dialogs, requests) is in `faults` from then on. */
  async function opened(path: string, page: Page): Promise<readonly string[]> {
    const faults: string[] = [];
    const own = pathToFileURL(path).href;
    page.on('request', (request) => {
      const url = request.url();
      if (url.split('#')[0] !== own && !/^(data|blob):/.test(url)) faults.push(url);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('dialog', (dialog) => {
      faults.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(own);
    await page.waitForSelector('#page h1, #page h2');
    return faults;
  }

  it(
    'opens as a file without an error or a request, and prints its tables with margins',
    { timeout: 120_000 },
    async () => {
      const page = await browser.newPage({ colorScheme: 'dark' });
      const faults = await opened(file, page);
      expect(await page.title()).not.toBe('1');
      expect(faults).toEqual([]);
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      expect([...pdf.matchAll(/\/Type\s*\/Page\b/g)].length).toBeGreaterThan(2);
      await page.emulateMedia({ media: 'print' });
      const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      const width = async (of: string): Promise<number> =>
        (await page.locator(of).first().boundingBox())?.width ?? 0;
      expect(background).toBe('rgb(255, 255, 255)');
      expect(await width('#report table')).toBeLessThanOrEqual(await width('#report'));
      await page.close();
    },
  );

  it(
    'shows hostile names of searches, scans and genes and does nothing of what they say',
    { timeout: 120_000 },
    async () => {
      const hostile = at('hostile.db');
      databaseOf(hostile, HOSTILE_NAMES).close();
      for (const [i, experiment] of HOSTILE_NAMES.entries()) {
        const output = at(`hostile-${i}.html`);
        const { code } = await voxolveHere(['report', hostile, `--experiment=${experiment}`, '-o', output]);
        expect(code).toBe(0);
        expect(readFileSync(output).length).toBeLessThan(2_000_000);
        const page = await browser.newPage();
        const faults = await opened(output, page);
        const start = escaped(experiment).startsWith(experiment) ? experiment.slice(0, 100) : '';
        expect(await page.locator('#report h1').textContent()).toContain(start);
        await page.goto(`${pathToFileURL(output).href}#/scores`);
        await page.locator('#page canvas').first().waitFor();
        expect([faults, await page.locator('img[src="x"], #report script').count()]).toEqual([[], 0]);
        await page.close();
      }
    },
  );
});

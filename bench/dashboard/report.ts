/**
 * `npm run bench:report -- [--candidates 32,1000,10000] [--output FILE]`: the report of made-up searches with curves, repetitions,
 * probes and failures: its size, seconds and memory to write, and whether it opens in Chromium without error or request, and
 * shows its tables without scripts. Prints a table; `--output` writes the figures as JSON too.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { openStore } from '../../src/store/index.js';
import { MadeUpSearch, quickstartOf } from './made-up.js';
import { startBrowser, voxolve } from './started.js';

const { values } = parseArgs({
  options: { candidates: { type: 'string', default: '32,1000,10000' }, output: { type: 'string' } },
});
/** Run before the command, in its process. */
const TELL_MEMORY =
  "data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))";
const quickstart = fileURLToPath(new URL('../../../experiments/quickstart.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'voxolve-report-'));
const browser = await startBrowser();
const results: (Written & Opened & { readonly candidates: number })[] = [];
try {
  for (const candidates of values.candidates.split(',').map(Number)) {
    const database = await madeUp(candidates);
    const file = join(folder, `${candidates}.html`);
    results.push({ candidates, ...(await write(database, file)), ...(await open(browser, file)) });
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
console.table(results);
if (values.output !== undefined) writeFileSync(values.output, `${JSON.stringify(results, null, 2)}\n`);
if (results.some(({ faults, tableRows }) => faults > 0 || tableRows === 0)) process.exitCode = 1;

async function madeUp(candidates: number): Promise<string> {
  const path = join(folder, `${candidates}.db`);
  const store = openStore(path, 'create');
  const search = new MadeUpSearch(store, await quickstartOf(candidates, quickstart), 'all');
  search.add(candidates);
  search.addWinners();
  store.close();
  return path;
}

interface Written {
  readonly bytes: number;
  readonly seconds: number;
  /** Peak resident memory of the command. */
  readonly mebibytes: number;
}

async function write(database: string, file: string): Promise<Written> {
  const before = performance.now();
  const command = spawn(
    process.execPath,
    ['--import', TELL_MEMORY, voxolve, 'report', database, '-o', file],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  command.stderr.setEncoding('utf8').on('data', (more: string) => (said += more));
  const [code] = (await once(command, 'close')) as [number | null];
  const peak = /^peak (\d+)$/m.exec(said)?.[1];
  if (code !== 0 || peak === undefined) throw new Error(`voxolve report ended with ${code}: ${said}`);
  const seconds = rounded((performance.now() - before) / 1000, 10);
  return { bytes: statSync(file).size, seconds, mebibytes: Math.round(Number(peak) / 1024) };
}

interface Opened {
  /** Milliseconds until the family is drawn. */
  readonly shownMs: number;
  /** Errors in the console, and requests for anything but the file. */
  readonly faults: number;
  /** Rows of tables that are seen with scripts off. */
  readonly tableRows: number;
}

async function open(browser: Browser, file: string): Promise<Opened> {
  const address = pathToFileURL(file).href;
  let faults = 0;
  const fault = (what: string): void => {
    faults++;
    console.error(what);
  };
  const page = await browser.newPage();
  page.on('request', (request) => {
    const url = request.url();
    if (url.split('#')[0] !== address && !/^(data|blob):/.test(url)) fault(`request for ${url}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') fault(message.text());
  });
  page.on('pageerror', (error) => fault(String(error)));
  const before = performance.now();
  await page.goto(`${address}#/lineage`);
  await page.locator('#family-title', { hasText: 'Family of' }).waitFor({ timeout: 60_000 });
  const shownMs = Math.round(performance.now() - before);
  await page.close();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const still = await context.newPage();
  await still.goto(address);
  let tableRows = 0;
  for (const row of await still.locator('#report tbody tr').all()) if (await row.isVisible()) tableRows++;
  await context.close();
  return { shownMs, faults, tableRows };
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

/**
 * A real browser on the page of a dashboard: Debian's Chromium, driven by Playwright. Keeps what a page said on its console and
 * whom it asked.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startVoxolve, type Running } from './cli.js';

const places = [process.env['VOXOLVE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'];
const executablePath = places.find((path) => path !== undefined && existsSync(path));

/** Why pages are not opened; undefined where they are. */
export const noBrowser =
  executablePath === undefined ? 'no /usr/bin/chromium, and VOXOLVE_CHROMIUM names none' : undefined;
if (noBrowser !== undefined) console.info(`skipped: tests in a browser; ${noBrowser}`);

/** Asks nobody of its own accord: no updates, no lists, nothing sent home. */
export function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(noBrowser);
  // Without a GPU to imitate, which takes most of its time where there is none.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
  return chromium.launch({ executablePath, args });
}

export interface Dashboard extends Running {
  /** With its token. */
  readonly url: string;
}

/** Starts `voxolve dashboard`, and waits until it listens. */
export async function startDashboard(
  databases: readonly string[],
  env: Record<string, string>,
): Promise<Dashboard> {
  const running = startVoxolve(['dashboard', ...databases, '--json'], env);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    running.child.stdout?.on('data', (more: Buffer) => {
      text += more.toString();
      if (text.includes('\n')) resolve((JSON.parse(text) as { readonly url: string }).url);
    });
    void running.finished.then(({ stderr }) => reject(new Error(stderr)));
  });
  return { ...running, url };
}

export interface Opened {
  readonly page: Page;
  /** Errors and warnings of the console, and errors that nobody caught. */
  readonly complaints: readonly string[];
  /** Addresses asked for. */
  readonly requests: readonly string[];
}

export interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
}

export async function openPage(browser: Browser, url: string, { colorScheme, width }: Look): Promise<Opened> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
  // Other tests run beside this one.
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const [complaints, requests]: [string[], string[]] = [[], []];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/** Goes to a view by its address, and waits until it has drawn what it asked for. */
export async function goTo(page: Page, view: string): Promise<void> {
  // As text, since it runs in the page, whose globals Node's types do not know.
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
  await page.locator('main h1').waitFor();
  // Not pictures, which load once they come into view.
  await page
    .locator('main [role="status"]')
    .filter({ hasText: 'Loading …' })
    .first()
    .waitFor({ state: 'hidden' });
  // Canvases are drawn once their width is known.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))');
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Faults that axe-core finds, of any impact, with the first element of each. */
export async function faultsOf(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's Content-Security-Policy does not hinder.
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResult>("axe.run({ resultTypes: ['violations'] })");
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

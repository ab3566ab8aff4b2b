/**
 * The dashboard's page as pictures: `voxolve dashboard` on a database, opened in Chromium (`VOXOLVE_CHROMIUM`, else Debian's).
 * Null where there is no browser.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';

export interface PagePicture {
  /** Part of the address after `#/`. */
  readonly view: string;
  readonly path: string;
  /** What is shown: an element of the page. */
  readonly element: string;
}

const SIZE = { width: 1100, height: 760 } as const;
/** Time for what is drawn after data came, in milliseconds. */
const SETTLED = 500;

/** Saves pictures of views of the database `db`; returns false, and saves none, where there is no browser. */
export async function savePagePictures(
  db: string,
  pictures: readonly PagePicture[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<boolean> {
  const executablePath = process.env['VOXOLVE_CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) return false;
  const server = spawn('voxolve', ['dashboard', db, '--json'], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { readonly url: string };
    const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 1.5, colorScheme: 'light' });
    await page.goto(url);
    for (const picture of pictures) await savePicture(page, picture);
    return true;
  } finally {
    await browser.close();
    server.kill();
  }
}

async function savePicture(page: Page, { view, path, element }: PagePicture): Promise<void> {
  // As text, since it runs in the page, whose globals Node's types do not know.
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
  await page.locator(element).first().waitFor();
  await page.waitForTimeout(SETTLED);
  await page.screenshot({ path });
}

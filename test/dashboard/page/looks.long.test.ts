/** Every view in every look but the one that browser.test.ts opens: in the dark, on a phone, and both. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  launchBrowser,
  noBrowser,
  startDashboard,
  type Dashboard,
  type Look,
} from '../../support/browser.js';
import { succeed } from '../../support/cli.js';
import { smallSpace, temporaryFolder, writeExperiment } from '../../support/tiny.js';
import { expectFaultless, viewsOf } from '../../support/views.js';

const folder = temporaryFolder();
const env = { VOXOLVE_CACHE: join(folder, 'cache') };
const LOOKS: readonly Look[] = [
  { colorScheme: 'dark', width: 360 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 360 },
];

describe.skipIf(noBrowser !== undefined)('the page in other looks', () => {
  let browser: Browser;
  let dashboard: Dashboard;
  beforeAll(async () => {
    const experiment = writeExperiment(folder, { space: smallSpace, candidates: 6 });
    const db = join(folder, 'tiny.db');
    await succeed(['search', experiment, '--db', db, '--workers', '1'], env);
    [browser, dashboard] = await Promise.all([launchBrowser(), startDashboard([db], env)]);
  });
  afterAll(async () => {
    dashboard?.child.kill();
    await browser?.close();
  });

  it.each(LOOKS)('opens every view without a complaint ($colorScheme, $width px)', (look) =>
    expectFaultless(browser, dashboard.url, look, viewsOf(5)),
  );
});

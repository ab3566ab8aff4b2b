/** A browser of this machine, where there is one: Debian's Chromium, or the one that VOXOLVE_CHROMIUM names. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const path = process.env['VOXOLVE_CHROMIUM'] ?? '/usr/bin/chromium';

export const hasBrowser = existsSync(path);

/** Says why tests that need it are skipped. */
export const NO_BROWSER = `skipped: no browser at ${path}`;

export const startBrowser = (): Promise<Browser> =>
  // Containers allow Chromium no sandbox of its own; the pages that it opens here are this package's.
  chromium.launch({ executablePath: path, args: ['--no-sandbox'] });

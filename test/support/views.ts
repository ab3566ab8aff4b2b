/** All views of the page, and what each must be in any look: without a complaint, no wider than the window, accessible by axe-core. */
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { faultsOf, goTo, openPage, type Look } from './browser.js';

const VIEWS = ['overview', 'scores', 'lineage', 'genes', 'trust', 'scans', 'runs'] as const;

/** All views, with those of a candidate. */
export const viewsOf = (candidate: number): readonly string[] => [
  ...VIEWS,
  `candidate/${candidate}`,
  `why/${candidate}`,
];

export async function expectFaultless(
  browser: Browser,
  url: string,
  look: Look,
  views: readonly string[],
): Promise<void> {
  const { page, complaints, requests } = await openPage(browser, url, look);
  const faults: string[] = [];
  for (const view of views) {
    await goTo(page, view);
    expect(await page.locator('.failure').allTextContents(), view).toEqual([]);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow, `${view} is wider than the window`).toBeLessThanOrEqual(0);
    faults.push(...(await faultsOf(page)).map((fault) => `${view}: ${fault}`));
  }
  expect(faults).toEqual([]);
  expect(complaints).toEqual([]);
  const { origin } = new URL(url);
  expect(
    requests.filter((address) => !address.startsWith(`${origin}/`) && !address.startsWith('blob:')),
  ).toEqual([]);
  expect(
    requests.filter((address) => address.includes('token=')),
    'the token stays out of addresses',
  ).toHaveLength(1);
  expect(page.url()).not.toContain('token');
  await page.context().close();
}

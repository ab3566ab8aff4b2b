/** Those who look on while a search runs: nobody, a client that reads what the page reads, the page in a browser. */
import { processorSecondsOf } from './searched.js';
import { startBrowser, startDashboard } from './started.js';

export interface Watched {
  /** Processor time of the server while the search ran. */
  readonly serverSeconds: number;
  /** Changes that the client was told, or candidates that the page shows as done. */
  readonly changes: number;
}

interface Watcher {
  /** Call before `stop`. Throws where nothing was seen. */
  readonly seen: () => Promise<Watched>;
  readonly stop: () => Promise<void>;
}

type Watch = (database: string, view: string) => Promise<Watcher>;

const without: Watch = () =>
  Promise.resolve({
    seen: () => Promise.resolve({ serverSeconds: 0, changes: 0 }),
    stop: () => Promise.resolve(),
  });

/** Reads the stream, and after each change what the overview and the lineage read. */
const server: Watch = async (database) => {
  const dashboard = await startDashboard(database);
  const { origin, searchParams } = new URL(dashboard.url);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  const ended = new AbortController();
  const versions = new Map<string, number>();
  let changes = 0;
  const read = async (path: string): Promise<void> => {
    const since = versions.get(path);
    const address = `${origin}/api/${path}${since === undefined ? '' : `?since=${since}`}`;
    const answer = (await (await fetch(address, { headers })).json()) as { changes?: { version: number } };
    if (answer.changes !== undefined) versions.set(path, answer.changes.version);
  };
  const readAll = async (): Promise<void> => {
    for (const path of ['summary', 'candidates', 'lineage']) await read(path);
  };
  await readAll();
  const before = processorSecondsOf(dashboard.pid);
  const stream = await fetch(`${origin}/api/events`, { headers, signal: ended.signal });
  const following = (async () => {
    for await (const part of stream.body ?? []) {
      const told =
        Buffer.from(part as Uint8Array)
          .toString()
          .match(/^event: ?change/gm)?.length ?? 0;
      changes += told;
      if (told > 0) await readAll();
    }
  })().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  return {
    seen: () => {
      if (changes === 0) throw new Error('the client heard of no change');
      return Promise.resolve({ serverSeconds: processorSecondsOf(dashboard.pid) - before, changes });
    },
    stop: async () => {
      ended.abort();
      await following;
      await dashboard.stop();
    },
  };
};

const browser: Watch = async (database, view) => {
  const dashboard = await startDashboard(database);
  const chromium = await startBrowser();
  const page = await chromium.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${dashboard.url}#/${view}`);
  await page.locator('#main h1').waitFor();
  // What was done to open it is no part of what it costs to follow.
  await page.waitForTimeout(3000);
  const before = processorSecondsOf(dashboard.pid);
  return {
    seen: async () => {
      const serverSeconds = processorSecondsOf(dashboard.pid) - before;
      await page.goto(`${dashboard.url}#/overview`);
      await page.locator('#main', { hasText: 'Finished' }).waitFor();
      const text = await page.locator('section.progress').innerText();
      return { serverSeconds, changes: Number(/(\d+) of \d+ candidates/.exec(text)?.[1]) };
    },
    stop: async () => {
      await chromium.close();
      await dashboard.stop();
    },
  };
};

export const watchers = { without, server, browser };

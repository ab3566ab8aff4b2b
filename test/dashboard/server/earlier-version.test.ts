/** The page of databases that earlier versions wrote: shown from upgraded copies, which change nothing and leave nothing. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dashboard } from '../../../src/dashboard/index.js';
import { WatchedDatabase } from '../../../src/dashboard/server/watched-database.js';
import type { CandidatesView, SummaryView } from '../../../src/dashboard/views/types.js';
import { temporaryFolder } from '../../support/tiny.js';
import { get, serve } from './made-up.js';

const folder = temporaryFolder();
const paths = ['0.2.0', '0.3.0'].map((version) => {
  const path = join(folder, `${version}.db`);
  copyFileSync(
    fileURLToPath(new URL(`../../fixtures/databases/version-${version}.sqlite`, import.meta.url)),
    path,
  );
  return path;
});
const before = paths.map((path) => readFileSync(path));
const temporary = join(folder, 'tmp');
let dashboard: Dashboard;
beforeAll(async () => {
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  dashboard = await serve(paths);
});
afterEach(() => vi.useRealTimers());
afterAll(() => dashboard.close());

describe('databases of earlier versions', () => {
  it.each([
    'summary',
    'candidates',
    'lineage',
    'genes',
    'trust',
    'runs',
    'scans',
    'candidates/1',
    'candidates/5/why',
  ])('are shown: /api/%s', async (view) => {
    for (const index of paths.keys()) {
      const { status, text } = await get(dashboard, `/api/${view}?db=${index}`);
      expect(status, text).toBe(200);
    }
  });

  it('say on the page and to who opens them that a copy is read', async () => {
    const { remarks, status } = JSON.parse((await get(dashboard, '/api/summary')).text) as SummaryView;
    expect(remarks).toEqual(['has the older schema 7: an upgraded copy is read, the file stays as it is']);
    expect(status.candidates).toMatchObject({ done: 7, total: 7 });
    const remark = (schema: number): string =>
      `has the older schema ${schema}: an upgraded copy is read, the file stays as it is`;
    const all = paths.map((path, i) => `${path}: ${remark(7 + i)}`);
    expect(dashboard.remarks).toEqual(expect.arrayContaining(all));
    // The search of the second was killed.
    expect(dashboard.remarks.slice(2)).toEqual([
      expect.stringContaining('was probably copied without its -wal file'),
    ]);
    const candidates = JSON.parse((await get(dashboard, '/api/candidates?db=1')).text) as CandidatesView;
    expect(candidates.statuses.filter((one) => one === 'done')).toHaveLength(5);
  });

  it('stay as they are, and no copy is left even of threads that are ended', async () => {
    expect(readdirSync(temporary)).toEqual([]);
    await dashboard.close();
    expect(paths.map((path, i) => readFileSync(path).equals(before[i] ?? Buffer.alloc(0)))).toEqual([
      true,
      true,
    ]);
    expect(readdirSync(folder).sort()).toEqual(['0.2.0.db', '0.3.0.db', 'tmp']);
  });

  it('that change meanwhile are copied anew, at most every ten seconds', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const watched = new WatchedDatabase(paths[0] ?? '', { changes: 1 });
    vi.advanceTimersByTime(60_000);
    expect(watched.look()).toBe(false);
    utimesSync(paths[0] ?? '', new Date(), new Date(2020, 1));
    expect(watched.look()).toBe(true);
    expect(watched.state).toMatchObject({ version: 2, generation: 2 });
    utimesSync(paths[0] ?? '', new Date(), new Date(2021, 1));
    vi.advanceTimersByTime(9_000);
    expect(watched.look()).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(watched.look()).toBe(true);
    watched.close();
  });
});

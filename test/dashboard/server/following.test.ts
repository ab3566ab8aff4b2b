import { EventEmitter } from 'node:events';
import { renameSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dashboard } from '../../../src/dashboard/index.js';
import { EventStreams } from '../../../src/dashboard/server/event-streams.js';
import { ChangedNumbers } from '../../../src/dashboard/server/making/changed-numbers.js';
import { Pace } from '../../../src/dashboard/server/pace.js';
import type { CandidatesView } from '../../../src/dashboard/views/types.js';
import { findExperiment, type ExperimentRow, type Store } from '../../../src/store/index.js';
import { temporaryFolder } from '../../support/tiny.js';
import { databaseOf, decide, finish, get, serve } from './made-up.js';

const folder = temporaryFolder();
const paths = [join(folder, 'first.db'), join(folder, 'second.db')] as const;
let first: Store;
let second: Store;
let dashboard: Dashboard;
beforeAll(async () => {
  first = databaseOf(paths[0], ['a', 'b']);
  second = databaseOf(paths[1], ['c']);
  dashboard = await serve(paths);
});
afterAll(async () => {
  await dashboard.close();
  second.close();
});

async function candidates(query = ''): Promise<CandidatesView> {
  const got = await get(dashboard, `/api/candidates${query}`);
  expect(got.status, got.text).toBe(200);
  return JSON.parse(got.text) as CandidatesView;
}

describe('a page', () => {
  it('reads each experiment of each database', async () => {
    const level = async (query: string): Promise<unknown> =>
      (await candidates(query)).genes.find(({ name }) => name.includes('block'))?.levels;
    expect(await level('')).toEqual(['a']);
    expect(await level('?experiment=b')).toEqual(['b']);
    expect(await level('?db=1')).toEqual(['c']);
    expect((await get(dashboard, '/api/candidates?db=1&experiment=a')).status).toBe(404);
  });

  it('is told that it has the same already, and gets it compressed where it can read that', async () => {
    const { headers, text } = await get(dashboard, '/api/candidates');
    const again = await get(dashboard, '/api/candidates', {
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect(again).toMatchObject({ status: 304, text: '' });
    const { origin, searchParams } = new URL(dashboard.url);
    const zipped = await fetch(`${origin}/api/candidates?token=${searchParams.get('token')}`);
    expect(await zipped.text()).toBe(text);
  });

  it('hears of a change, and then gets what changed alone', async () => {
    const before = await candidates();
    expect(before.changes?.since).toBeNull();
    const events = await listen('?db=0');
    await events.next();
    const row = findExperiment(first, 'a') as ExperimentRow;
    const ids = [3, 4].map((number) => decide(first, row, number, 'new'));
    finish(first, ids[0] as number, 0.9);
    const version = await events.next();
    expect(version).toBeGreaterThan(before.changes?.version ?? Infinity);
    const news = await candidates(`?since=${before.changes?.version}`);
    expect(news.changes?.since).toBe(before.changes?.version);
    // Number 2 was not finished before, and 3 and 4 are new.
    expect(news.numbers).toEqual([2, 3, 4]);
    finish(first, ids[1] as number, 0.8);
    await events.next();
    const later = await candidates(`?since=${news.changes?.version}`);
    expect(later.numbers).toEqual([2, 4]);
    expect(later.statuses).toEqual(['pending', 'done']);
    const whole = await candidates();
    expect(whole.scores).toEqual([0, 0.25, null, 0.9, 0.8]);
    events.close();
  });

  it('that holds a version of another time gets all', async () => {
    const ahead = await candidates('?since=999999');
    expect(ahead.changes?.since).toBeNull();
    expect(ahead.numbers).toHaveLength(5);
  });

  it('hears of all databases where it names none', async () => {
    const events = await listen('');
    await events.next();
    decide(second, findExperiment(second, 'c') as ExperimentRow, 3, 'd');
    await events.next();
    expect((await candidates('?db=1')).numbers).toHaveLength(4);
    events.close();
  });

  it('follows another file that takes the place of the database', async () => {
    const before = await candidates();
    const events = await listen('?db=0');
    await events.next();
    first.close();
    databaseOf(join(folder, 'other.db'), ['other']).close();
    renameSync(join(folder, 'other.db'), paths[0]);
    // Closing the first file was a change as well.
    let after = before;
    while (after.numbers.length !== 3) {
      await events.next();
      after = await candidates(`?since=${before.changes?.version}`);
    }
    expect(after.changes?.since).toBeNull();
    expect((await get(dashboard, '/api/candidates?experiment=a')).status).toBe(404);
    events.close();
  });
});

describe('the numbers of what changed', () => {
  it('are those that were unfinished before, and the new ones', () => {
    const store = databaseOf(join(folder, 'changed.db'), ['x', 'y']);
    const row = findExperiment(store, 'y') as ExperimentRow;
    const changed = new ChangedNumbers(row.id);
    expect(changed.since(1)).toBeNull();
    changed.advance(store, 4);
    expect(changed.since(3)).toBeNull();
    expect(changed.since(4)).toEqual([]);
    const [third, fourth] = [3, 4].map((number) => decide(store, row, number, 'new')) as [number, number];
    changed.advance(store, 6);
    expect(changed.since(4)).toEqual([2, 3, 4]);
    expect(changed.since(5)).toEqual([2, 3, 4]);
    finish(store, fourth, 0.5);
    changed.advance(store, 9);
    finish(store, third, 0.5);
    changed.advance(store, 12);
    expect(changed.since(9)).toEqual([2, 3]);
    expect(changed.since(6)).toEqual([2, 3, 4]);
    expect(changed.since(12)).toEqual([]);
    expect(changed.since(13)).toBeNull();
    store.close();
  });

  it('hold one that was decided after later ones', () => {
    const store = databaseOf(join(folder, 'late.db'), ['x']);
    const row = findExperiment(store, 'x') as ExperimentRow;
    const changed = new ChangedNumbers(row.id);
    for (const number of [4, 5]) finish(store, decide(store, row, number, 'new'), 0.5);
    changed.advance(store, 1);
    decide(store, row, 3, 'late');
    changed.advance(store, 2);
    expect(changed.since(1)).toEqual([2, 3]);
    store.close();
  });

  it('are unknown where rows are gone', () => {
    const store = databaseOf(join(folder, 'gone.db'), ['x']);
    const changed = new ChangedNumbers(1);
    changed.advance(store, 1);
    store.statement('DELETE FROM candidates WHERE number = 1').run();
    changed.advance(store, 2);
    expect(changed.since(1)).toBeNull();
    expect(changed.since(2)).toEqual([]);
    store.close();
  });
});

describe('a stream of events', () => {
  it('is ended where its reader leaves too much unread, and no other is', () => {
    const streams = new EventStreams();
    const [reader, sleeper] = [stream(() => 0), stream((sent) => sent)];
    for (const one of [reader, sleeper]) expect(streams.open(one.response, 0, 1)).toBe(true);
    for (let version = 2; version < 2000; version++) streams.tell(0, version);
    expect(sleeper.destroyed()).toBe(true);
    expect(reader.destroyed()).toBe(false);
    expect(streams.size).toBe(1);
  });

  it('is ended at the next beat where anything is left unread', () => {
    const streams = new EventStreams();
    const sleeper = stream((sent) => sent);
    streams.open(sleeper.response, 0, 1);
    streams.beat();
    expect(sleeper.destroyed()).toBe(true);
    expect(streams.size).toBe(0);
  });

  it('is refused where 32 are open', () => {
    const streams = new EventStreams();
    const opened = Array.from({ length: 33 }, () => streams.open(stream(() => 0).response, 0, 1));
    expect(opened).toEqual([...Array.from({ length: 32 }, () => true), false]);
  });
});

describe('the pace', () => {
  it('is that of changes where views cost little, and slower where they cost much', () => {
    const pace = new Pace();
    expect(pace.isDue(0, 0)).toBe(true);
    pace.told(0, 0);
    expect(pace.isDue(500, 10)).toBe(true);
    expect(pace.isDue(500, 11)).toBe(false);
    expect(pace.isDue(5_000, 101)).toBe(false);
    expect(pace.isDue(15_000, 100_000)).toBe(true);
    pace.told(15_000, 100_000);
    expect(pace.isDue(15_500, 100_010)).toBe(true);
  });
});

/** An answer of which `unread` says how many of the bytes sent are left. */
function stream(unread: (sent: number) => number): {
  readonly response: ServerResponse;
  readonly destroyed: () => boolean;
} {
  let sent = 0;
  let destroyed = false;
  const response = new (class extends EventEmitter {
    readonly writeHead = (): this => this;
    readonly write = (text: string): boolean => (sent += text.length) > 0;
    readonly destroy = (): boolean => (destroyed = true);
    get writableLength(): number {
      return unread(sent);
    }
  })();
  return { response: response as unknown as ServerResponse, destroyed: () => destroyed };
}

interface Events {
  /** Version of the next event. */
  next(): Promise<number>;
  close(): void;
}

async function listen(query: string): Promise<Events> {
  const { origin, searchParams } = new URL(dashboard.url);
  const stop = new AbortController();
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  const response = await fetch(`${origin}/api/events${query}`, { headers, signal: stop.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    next: async () => {
      for (;;) {
        const found = /event: change\ndata: (\{.*?\})\n\n/.exec(text);
        if (found !== null) {
          text = text.slice(found.index + found[0].length);
          return (JSON.parse(found[1] ?? '') as { version: number }).version;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        text += decoder.decode(value, { stream: true });
      }
    },
    close: () => stop.abort(),
  };
}

/** Clients that behave as no browser does, over plain sockets: they read nothing, send half, come in crowds, try paths. */
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dashboard } from '../../../src/dashboard/index.js';
import type { Answer } from '../../../src/dashboard/server/answer.js';
import { EventStreams } from '../../../src/dashboard/server/event-streams.js';
import { ViewThread } from '../../../src/dashboard/server/making/view-threads.js';
import { findExperiment, type ExperimentRow, type Store } from '../../../src/store/index.js';
import { temporaryFolder } from '../../support/tiny.js';
import { databaseOf, decide, get, serve } from './made-up.js';

const viewThread = new URL('../../../dist/src/dashboard/server/making/view-thread.js', import.meta.url);
const folder = temporaryFolder();
const path = join(folder, 'search.db');
let store: Store;
let dashboard: Dashboard;
let port: number;
let token: string;
beforeAll(async () => {
  store = databaseOf(path, ['large']);
  const row = findExperiment(store, 'large') as ExperimentRow;
  // Genes of 4 kB each make an answer that no socket's buffer holds.
  store.transaction(() => {
    for (let number = 3; number < 4000; number++) decide(store, row, number, `${number} ${'x'.repeat(4096)}`);
  });
  dashboard = await serve([path]);
  const url = new URL(dashboard.url);
  port = Number(url.port);
  token = url.searchParams.get('token') ?? '';
});
const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});
afterAll(async () => {
  await dashboard.close();
  store.close();
});

/** A connection that reads only where it is asked to. */
async function dial(): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  open.push(socket);
  socket.pause();
  await once(socket, 'connect');
  return socket;
}

const ask = (target: string, more = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`;

/** All that comes until the other end closes. */
async function answerTo(text: string): Promise<string> {
  const socket = await dial();
  socket.write(text);
  let came = '';
  socket.on('data', (more) => (came += more.toString())).resume();
  await once(socket, 'close');
  return came;
}

const works = async (): Promise<number> => (await get(dashboard, '/api/lineage')).status;

describe('a client that never reads', () => {
  it('of a large answer keeps nobody from it, and a crowd of them takes the room of one', async () => {
    const size = (await get(dashboard, '/api/candidates')).text.length;
    expect(size).toBeGreaterThan(16e6);
    const before = process.memoryUsage().arrayBuffers;
    const sleepers = await Promise.all(Array.from({ length: 60 }, dial));
    for (const socket of sleepers) socket.write(ask('/api/candidates'));
    // The last of them gets its first bytes once all were answered.
    const last = sleepers.at(-1) as Socket;
    await once(last.resume(), 'data');
    last.pause();
    expect((await get(dashboard, '/api/candidates')).text).toHaveLength(size);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * size);
  });

  it('that asks again before it was answered is dropped', async () => {
    const socket = await dial();
    socket.write(ask('/api/lineage').repeat(20));
    socket.resume();
    await once(socket, 'close');
    expect(await works()).toBe(200);
  });

  it('of a real stream of events is dropped once its buffers are full, and other readers are not', async () => {
    const streams = new EventStreams();
    const server = createServer((_, response) => void streams.open(response, null, 1)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = (server.address() as { port: number }).port;
    const [sleeper, reader] = [connect(at, '127.0.0.1'), connect(at, '127.0.0.1')];
    open.push(sleeper, reader);
    sleeper.on('error', () => undefined).pause();
    let read = 0;
    reader.on('data', (more) => (read += more.length));
    for (const socket of [sleeper, reader]) socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await vi.waitFor(() => expect(streams.size).toBe(2));
    for (let version = 2; streams.size === 2 && version < 1e6; version++) {
      streams.tell(0, version);
      if (version % 200 === 0) await new Promise(setImmediate);
    }
    expect(streams.size).toBe(1);
    const before = read;
    streams.tell(0, 1e6);
    await vi.waitFor(() => expect(read).toBeGreaterThan(before));
    streams.close();
    server.close();
  });
});

describe('a connection that is kept', () => {
  it('is answered as often as it asks', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<unknown>();
    for (let round = 0; round < 200; round++) {
      const asked = request({ agent, port, host: '127.0.0.1', path: `/api/runs?token=${token}` });
      asked.on('socket', (socket) => sockets.add(socket));
      const [response] = (await once(asked.end(), 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(200);
      await once(response.resume(), 'end');
    }
    expect(sockets.size).toBe(1);
    agent.destroy();
  });

  it('waits for a view however long it takes', async () => {
    const set = vi.spyOn(Socket.prototype, 'setTimeout');
    await get(dashboard, '/api/genes');
    const timeouts = set.mock.calls.map(([milliseconds]) => milliseconds);
    set.mockRestore();
    // None, and that of a silent client again; the client of this test, in the same process, sets others.
    expect(timeouts.join(' ')).toMatch(/\b0\b.*\b30000\b/);
  });
});

describe('half a request', () => {
  it.each([
    '',
    'G',
    'GET /api/summary HTTP/1.1\r\n',
    `GET /api/summary HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bear`,
    'GET /api/summary HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf',
    '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
  ])('%j keeps nobody waiting', async (text) => {
    const socket = await dial();
    if (text !== '') socket.write(text);
    expect(await works()).toBe(200);
    socket.destroy();
    expect(await works()).toBe(200);
  });
});

describe('more connections than the server takes', () => {
  it('are closed at once, and those that are there are answered', async () => {
    const first = await dial();
    const crowd = await Promise.all(Array.from({ length: 200 }, dial));
    for (const socket of crowd) socket.resume();
    await vi.waitFor(() => expect(crowd.filter(({ closed }) => closed).length).toBeGreaterThan(72));
    first.write(ask('/api/lineage', 'Connection: close\r\n'));
    let came = '';
    first.on('data', (more) => (came += more.toString())).resume();
    await once(first, 'close');
    expect(came).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of crowd) socket.destroy();
    await vi.waitFor(async () => expect(await works()).toBe(200));
  });
});

describe('a path that only a socket can send', () => {
  it.each([
    '/../../etc/passwd',
    '/./api/summary',
    '/api/../api/summary',
    '/api/summary/',
    '/api//summary',
    '/API/summary',
    '/api/summary%20',
    '/api/%73ummary',
    '/api/summary;x=1',
    '/api/summary#x',
    '\\api\\summary',
    '*',
    'api/summary',
    'https://localhost/api/summary',
    '/api/candidates/0%2fwhy',
    '/api/candidates/\u00b2',
    '/api/candidates/0x0',
    '/api/candidates/ 0',
  ])('%j leads nowhere', async (target) => {
    const answer = await answerTo(ask(target, 'Connection: close\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
    expect(answer).not.toMatch(/root:|"status"/);
  });

  it('smuggles no second request in', async () => {
    const smuggled = ask('/api/nothing').replace(
      '\r\n\r\n',
      '\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const answer = await answerTo(`${smuggled}0\r\n\r\n${ask('/api/lineage')}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe('a thread that computes views', () => {
  it('that dies is replaced: what waited is answered with 503, what follows as ever', async () => {
    const thread = new ViewThread(viewThread);
    const query = { view: 'lineage', database: 0, experiment: null, number: null, since: null } as const;
    const asked = (): Promise<Answer> => thread.ask(query, [{ path, version: 1, generation: 1 }]);
    expect((await asked()).status).toBe(200);
    const waiting = [asked(), asked()];
    const { worker } = thread as unknown as { readonly worker: Worker };
    await worker.terminate();
    for (const { status, body } of await Promise.all(waiting)) {
      expect(status).toBe(503);
      expect(JSON.parse(Buffer.from(body).toString())).toEqual({
        error: 'the thread that makes the view ended (1); ask again',
      });
    }
    expect((await asked()).status).toBe(200);
    await thread.close();
  });

  it('that takes more memory than it may ends alone', async () => {
    const greedy = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', () => { for (const all = []; ; ) all.push(new Array(1e5).fill({})); });`;
    const thread = new ViewThread(new URL(`data:text/javascript,${encodeURIComponent(greedy)}`), 24);
    const answer = await thread.ask(
      { view: 'summary', database: 0, experiment: null, number: null, since: null },
      [],
    );
    expect(answer.status).toBe(503);
    expect(Buffer.from(answer.body).toString()).toMatch(/memory limit/);
    await thread.close();
  });
});

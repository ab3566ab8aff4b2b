import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dashboard } from '../../../src/dashboard/index.js';
import { hasControl, printable } from '../../../src/core/unseen.js';
import type { CandidatesView, ScansView } from '../../../src/dashboard/views/types.js';
import { temporaryFolder } from '../../support/tiny.js';
import { databaseOf, get, HOSTILE, serve } from './made-up.js';

const folder = temporaryFolder();
let dashboard: Dashboard;
let origin: string;
beforeAll(async () => {
  databaseOf(join(folder, 'hostile.db'), HOSTILE).close();
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><p>page</p>');
  writeFileSync(join(folder, 'page', 'assets', 'main-1234.js'), 'export {};');
  writeFileSync(join(folder, 'page', 'secret.txt'), 'secret');
  dashboard = await serve([join(folder, 'hostile.db')], join(folder, 'page'));
  origin = new URL(dashboard.url).origin;
});
afterAll(() => dashboard.close());

describe('data', () => {
  it.each([null, '', 'wrong', 'é', 'A'.repeat(43)])('is refused to who has the token %j', async (token) => {
    const got = await get(dashboard, '/api/candidates', { token });
    expect(got.status).toBe(401);
    expect(Object.keys(JSON.parse(got.text) as object)).toEqual(['error']);
  });

  it('is given to who has the token, in a header or in the query', async () => {
    const token = new URL(dashboard.url).searchParams.get('token');
    expect((await get(dashboard, '/api/candidates')).status).toBe(200);
    expect((await get(dashboard, `/api/candidates?token=${token}`, { token: null })).status).toBe(200);
    expect(Buffer.from(token ?? '', 'base64url')).toHaveLength(32);
  });

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1'])(
    'is refused to a page of %s',
    async (foreign) => {
      expect((await get(dashboard, '/api/candidates', { headers: { origin: foreign } })).status).toBe(403);
    },
  );

  it('is given to the own page, and to no other that a browser names', async () => {
    const site = async (value: string): Promise<number> =>
      (await get(dashboard, '/api/candidates', { headers: { 'sec-fetch-site': value } })).status;
    expect((await get(dashboard, '/api/candidates', { headers: { origin } })).status).toBe(200);
    expect(await site('same-origin')).toBe(200);
    expect(await site('cross-site')).toBe(403);
    expect(await site('same-site')).toBe(403);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost@evil.example'])(
    'is refused where the request names the host "%s"',
    async (host) => {
      for (const path of ['/', '/api/candidates'])
        expect((await get(dashboard, path, { headers: { host } })).status).toBe(403);
    },
  );

  it.each(['GET / HTTP/1.0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/1.1\r\nHost: \r\n\r\n'])(
    'is refused where the request names no host: %j',
    async (text) => {
      const answer = await exchange(Number(new URL(origin).port), text);
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
    },
  );

  it('is given through a tunnel, whose port is another', async () => {
    const headers = { host: 'localhost:8080', origin: 'http://localhost:8080' };
    expect((await get(dashboard, '/api/candidates', { headers })).status).toBe(200);
  });
});

describe('a path', () => {
  it.each([
    '/../secret.txt',
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%00',
    '/assets/main-1234.js%00.html',
    '/..\\secret.txt',
    '//etc/passwd',
    '/assets//main-1234.js',
    '/etc/passwd',
    '/secret.txt',
    '/assets/',
    '/assets',
    '/constructor',
    '/api/__proto__',
    '/api/candidates/-1',
    '/api/candidates/1e9',
    '/api/candidates/99999999999',
    '/api/candidates/0/why/x',
    '/api/scans/../summary',
    'http://evil.example/api/candidates',
  ])('%s leads nowhere', async (path) => {
    const got = await get(dashboard, path);
    expect([400, 404]).toContain(got.status);
    expect(got.text).not.toMatch(/secret|root:/);
  });

  it('of 10 kB is refused', async () => {
    expect((await get(dashboard, `/${'a'.repeat(10_240)}`)).status).toBe(414);
    expect((await get(dashboard, `/api/candidates?db=${'0'.repeat(10_240)}`)).status).toBe(414);
    expect((await get(dashboard, `/${'a'.repeat(50_000)}`)).status).toBe(431);
  });

  it('of the page needs no token and holds no data', async () => {
    const page = await get(dashboard, '/?token=any', { token: null });
    expect(page).toMatchObject({ status: 200, text: '<!doctype html><p>page</p>' });
    const script = await get(dashboard, '/assets/main-1234.js', { token: null });
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.text).toBe('export {};');
  });

  it.each(['db=1', 'db=-1', 'db=x', 'db=1e0', 'experiment=none', 'experiment=%27%20OR%201=1'])(
    'with ?%s finds no search',
    async (query) => {
      expect([400, 404]).toContain((await get(dashboard, `/api/candidates?${query}`)).status);
    },
  );
});

describe('every answer', () => {
  it.each(['/', '/assets/main-1234.js', '/api/candidates', '/api/nothing', '/%00'])(
    'of %s forbids what browsers allow by default',
    async (path) => {
      const { headers } = await get(dashboard, path);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
          "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      if (path.startsWith('/api')) expect(headers['cache-control']).toBe('no-store');
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('to %s is a refusal', async (method) => {
    const got = await get(dashboard, '/api/candidates', { method });
    expect(got).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('to HEAD is that to GET without its body', async () => {
    const whole = await get(dashboard, '/api/candidates');
    const head = await get(dashboard, '/api/candidates', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.etag).toBe(whole.headers.etag);
    expect(head.headers['content-length']).toBe(whole.headers['content-length']);
  });

  it('to a request with a body is a refusal', async () => {
    const { port } = new URL(dashboard.url);
    const answer = await exchange(
      Number(port),
      'GET /api/candidates HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('hostile names', () => {
  it('come back as JSON, the same text, and never as a header', async () => {
    for (const [index, name] of HOSTILE.entries()) {
      const path = `/api/candidates?experiment=${encodeURIComponent(name)}`;
      const got = await get(dashboard, path);
      if (name.length > 2000) {
        expect(got.status).toBe(414);
        continue;
      }
      expect(got.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(got.headers['set-cookie']).toBeUndefined();
      const view = JSON.parse(got.text) as CandidatesView;
      expect(view.numbers, String(index)).toEqual([0, 1, 2]);
      expect(view.genes.find((gene) => gene.levels !== null)?.levels).toEqual([name]);
    }
  });
});

describe('a hostile name of the folder of scans', () => {
  it('comes back as text in one line of JSON, under the headers of every answer', async () => {
    for (const name of HOSTILE.filter(({ length }) => length < 2000)) {
      const got = await get(dashboard, `/api/scans?experiment=${encodeURIComponent(name)}`);
      expect(got.status, got.text).toBe(200);
      expect(got.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(got.headers['x-content-type-options']).toBe('nosniff');
      expect(got.headers['content-security-policy']).toContain("default-src 'none'");
      expect(got.headers['set-cookie']).toBeUndefined();
      const { problem, ...rest } = JSON.parse(got.text) as ScansView;
      expect(rest).toEqual({ scans: [], skipped: [], batches: [] });
      // The control characters of the name, of which one ends a line, are spelled out.
      expect(problem).toBe(
        `${printable(name)}: the scans of the search are not there; put them back where the search read them`,
      );
      expect(hasControl(problem ?? '')).toBe(false);
      const picture = await get(dashboard, `/api/scans/0.png?experiment=${encodeURIComponent(name)}`);
      expect(picture.status).toBe(409);
      expect(picture.headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });
});

describe('a slow client', () => {
  it('that does not end its headers is dropped, and others are answered meanwhile', async () => {
    const { port } = new URL(dashboard.url);
    const started = performance.now();
    const slow = exchange(Number(port), 'GET /api/candidates HTTP/1.1\r\nHost: local');
    expect((await get(dashboard, '/api/candidates')).status).toBe(200);
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - started).toBeLessThan(15_000);
  }, 20_000);
});

/** Sends `text` and nothing more; resolves with all that came until the other end closed. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(text));
    let came = '';
    socket.on('data', (more) => (came += more.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(came));
  });
}

/** Databases whose every text is hostile, and a client that sends what browsers would not. */
import { request, type IncomingHttpHeaders } from 'node:http';
import { serveDashboard, type Dashboard } from '../../../src/dashboard/index.js';
import { createExperiment, openStore, type ExperimentRow, type Store } from '../../../src/store/index.js';
import { decide as decideOn, finish, madeUpExperiment } from '../../../bench/dashboard/made-up.js';

export { finish };

/** The compiled thread: a thread cannot be started from sources. */
const thread = new URL('../../../dist/src/dashboard/server/making/view-thread.js', import.meta.url);

export const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '<!--<script>',
  'x'.repeat(10_000),
  '\u202egnp.exe\u202c',
  'nul\u0000l',
  '"\r\nset-cookie: a=b',
] as const;

export function decide(store: Store, row: ExperimentRow, number: number, gene: string): number {
  return decideOn(store, row, number, { block: gene, width: 8 });
}

/** A database of `names.length` experiments with three candidates each, the first two of them finished; still open to write. */
export function databaseOf(path: string, names: readonly string[]): Store {
  const store = openStore(path, 'create');
  for (const name of names) {
    const row = createExperiment(
      store,
      madeUpExperiment({ name, scans: name, strategy: 'random' }),
      new Date(0),
    );
    const ids = [0, 1, 2].map((number) => decide(store, row, number, name));
    for (const [number, id] of ids.slice(0, 2).entries()) finish(store, id, number / 4);
  }
  return store;
}

export function serve(databases: readonly string[], page?: string): Promise<Dashboard> {
  const folder = page === undefined ? {} : { page };
  return serveDashboard({ databases, port: 0, host: '127.0.0.1', thread, ...folder });
}

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: that of the link; null: none. */
  readonly token?: string | null;
}

/** Sends `path` as it stands, with the token of the link. */
export function get(dashboard: Dashboard, path: string, asked: Asked = {}): Promise<Got> {
  const { hostname, port, searchParams } = new URL(dashboard.url);
  const { token = searchParams.get('token') } = asked;
  const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...asked.headers };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: asked.method ?? 'GET', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (more: string) => (text += more));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/**
 * The server of the page: HTTP on one port, read-only on the databases.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../core/package-files.js';
import { Answers } from './making/answers.js';
import { EventStreams } from './event-streams.js';
import { allowedHosts, linkHost } from './access/host-names.js';
import { OneAtATime } from './access/one-at-a-time.js';
import { listen } from './listen.js';
import { pageFiles } from './page-files.js';
import { IDLE, respond } from './respond.js';
import type { Site } from './site.js';
import { newToken } from './access/token.js';
import { ViewThread } from './making/view-threads.js';
import { watch } from './watch.js';
import { WatchedDatabase } from './watched-database.js';

export interface DashboardOptions {
  readonly databases: readonly string[];
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** Folder of the built page, and compiled entry of the threads; for tests. */
  readonly page?: string;
  readonly thread?: URL;
}

export interface Dashboard {
  /** The link, with its token. */
  readonly url: string;
  /** What the user should know of the databases, a line each. */
  readonly remarks: readonly string[];
  close(): Promise<void>;
}

/** Milliseconds. A client that is slower than these is dropped. */
const LIMITS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
const KEEP_ALIVE = 5_000;
const CONNECTIONS = 128;

/** Resolves once it listens. Throws a UserError where a database cannot be read or the port is taken. */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const databases = openAll(options.databases);
  const threads = [new ViewThread(options.thread), new ViewThread(options.thread)] as const;
  const site: Site = {
    databases,
    threads,
    answers: new Answers(...threads),
    streams: new EventStreams(),
    files: pageFiles(options.page ?? fileURLToPath(packageFile('dist/src/dashboard/page/'))),
    guard: { token: newToken(), hosts: allowedHosts(options.host) },
  };
  const door = new OneAtATime();
  const server = createServer({ ...LIMITS, maxHeaderSize: 16_384 }, (request, response) => {
    if (door.admit(request, response)) respond(site, request, response);
  });
  Object.assign(server, { maxConnections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE });
  server.setTimeout(IDLE);
  try {
    await listen(server, options);
  } catch (error) {
    for (const database of databases) database.close();
    throw error;
  }
  const timers = watch(site);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${linkHost(options.host)}:${port}/?token=${site.guard.token}`,
    remarks: databases.flatMap(({ path, remarks }) => remarks.map((remark) => `${path}: ${remark}`)),
    close: () => close(site, server, timers),
  };
}

function openAll(paths: readonly string[]): readonly WatchedDatabase[] {
  const open: WatchedDatabase[] = [];
  const count = { changes: 1 };
  try {
    for (const path of paths) open.push(new WatchedDatabase(path, count));
    return open;
  } catch (error) {
    for (const database of open) database.close();
    throw error;
  }
}

async function close(site: Site, server: Server, timers: readonly NodeJS.Timeout[]): Promise<void> {
  for (const timer of timers) clearInterval(timer);
  site.streams.close();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await Promise.all([closed, ...site.threads.map((thread) => thread.close())]);
  for (const database of site.databases) database.close();
}

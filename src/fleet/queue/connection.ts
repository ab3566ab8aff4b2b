/**
 * Connections to a queue: BullMQ on Redis or Valkey, loaded when a queue is first asked for, since both are optional.
 */
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../../core/errors.js';
import { withoutCredentials } from '../../core/without-credentials.js';
import { queueAddress, type QueueAddress } from './address.js';

export interface Packages {
  readonly bullmq: typeof import('bullmq');
  readonly ioredis: Pick<typeof import('ioredis'), 'Redis'>;
}

/** Options of one connection, as ioredis takes them. */
export interface RedisOptions {
  host: string;
  port: number;
  db: number;
  username?: string;
  password?: string;
  tls?: Record<string, never>;
  connectionName: string;
  maxRetriesPerRequest: null;
  retryStrategy: (attempts: number) => number | null;
  connectTimeout: number;
  keepAlive: number;
}

export interface Connection {
  readonly packages: Packages;
  /** For keys beside the queues. Commands wait while the connection is lost. */
  readonly redis: Redis;
  /** Options with which BullMQ makes connections of its own. */
  readonly options: RedisOptions;
  /** The address for messages, without credentials. */
  readonly name: string;
  /** Calls back when the connection is lost, and when it is there again. */
  onChange(listener: (connected: boolean) => void): void;
  close(): void;
}

/** Milliseconds that a server may take to answer at first. */
const PATIENCE = 5000;

/** Throws `UserError` where the packages are missing or no server answers at that address. */
export async function connect(url: string, role: string): Promise<Connection> {
  const address = queueAddress(url);
  const packages = await loadPackages();
  const options = optionsOf(address, role);
  await requireServer(packages, address, options);
  const redis = new packages.ioredis.Redis({ ...options });
  // Without a listener ioredis prints each failed attempt; `onChange` says it once.
  redis.on('error', () => undefined);
  let closed = false;
  return {
    packages,
    redis,
    options,
    name: address.name,
    onChange: (listener) => {
      let there = true;
      const change = (now: boolean): void => {
        if (now === there || closed) return;
        there = now;
        listener(now);
      };
      redis.on('ready', () => change(true));
      redis.on('close', () => change(false));
    },
    close: () => {
      closed = true;
      redis.disconnect();
    },
  };
}

async function loadPackages(): Promise<Packages> {
  try {
    return { bullmq: await import('bullmq'), ioredis: await import('ioredis') };
  } catch (cause) {
    throw new UserError(
      {
        subject: '--queue',
        problem: 'needs the packages bullmq and ioredis, which are not installed',
        fix: 'run: npm install bullmq ioredis',
      },
      { cause },
    );
  }
}

function optionsOf({ host, port, db, tls, username, password }: QueueAddress, role: string): RedisOptions {
  return {
    host,
    port,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    connectionName: `voxolve-${role}`,
    // Commands wait for a server that is restarted, however long that takes.
    maxRetriesPerRequest: null,
    retryStrategy: (attempts: number) => Math.min(100 * attempts, 1000),
    connectTimeout: PATIENCE,
    // A connection that was cut without a word is noticed.
    keepAlive: 1000,
  };
}

async function requireServer(
  { ioredis }: Packages,
  { name }: QueueAddress,
  options: RedisOptions,
): Promise<void> {
  const redis = new ioredis.Redis({ ...options, lazyConnect: true, retryStrategy: () => null });
  let reason = '';
  redis.on('error', (error: Error) => (reason = messageOf(error)));
  try {
    await redis.connect();
    await redis.ping();
  } catch (cause) {
    const why = withoutCredentials(reason === '' ? messageOf(cause) : reason);
    const refused = /WRONGPASS|NOAUTH|NOPERM/.test(why);
    throw new UserError({
      subject: name,
      problem: refused ? `refuses these credentials (${why})` : `no Redis answers there (${why})`,
      fix: refused
        ? 'set VOXOLVE_QUEUE_USERNAME and VOXOLVE_QUEUE_PASSWORD'
        : 'start one there (redis-server or valkey-server), or correct --queue',
    });
  } finally {
    redis.disconnect();
  }
}

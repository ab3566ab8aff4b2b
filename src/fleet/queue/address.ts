/**
 * The address of a queue, with its credentials apart: these come from the environment, a file or the URL, and go nowhere
 * but to the connection.
 */
import { readFileSync } from 'node:fs';
import { UserError } from '../../core/errors.js';
import { withoutCredentials } from '../../core/without-credentials.js';

export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  /** Number of the database in Redis. */
  readonly db: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** The address for messages, without credentials. */
  readonly name: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws `UserError`, without repeating credentials, where `url` names no Redis. */
export function queueAddress(url: string, env: Environment = process.env): QueueAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw unreadable(withoutCredentials(url));
  }
  const { protocol, hostname, port, pathname } = parsed;
  const db = pathname === '' || pathname === '/' ? 0 : Number(pathname.slice(1));
  const known = protocol === 'redis:' || protocol === 'rediss:';
  if (!known || hostname === '' || !Number.isInteger(db) || db < 0) throw unreadable(withoutCredentials(url));
  const username = env['VOXOLVE_QUEUE_USERNAME'] ?? decoded(parsed.username);
  const password = passwordOf(env) ?? decoded(parsed.password);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const name = `${protocol}//${hostname}:${port === '' ? 6379 : port}${db === 0 ? '' : `/${db}`}`;
  return {
    host,
    port: port === '' ? 6379 : Number(port),
    db,
    tls: protocol === 'rediss:',
    ...(username === undefined || username === '' ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
    name,
  };
}

function passwordOf(env: Environment): string | undefined {
  const { VOXOLVE_QUEUE_PASSWORD: password, VOXOLVE_QUEUE_PASSWORD_FILE: file } = env;
  if (password !== undefined || file === undefined || file === '') return password;
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new UserError(
      {
        subject: 'VOXOLVE_QUEUE_PASSWORD_FILE',
        problem: `its file ${file} cannot be read`,
        fix: 'name a file that holds the password of the queue',
      },
      { cause },
    );
  }
}

function decoded(part: string): string | undefined {
  return part === '' ? undefined : decodeURIComponent(part);
}

function unreadable(url: string): UserError {
  return new UserError({
    subject: '--queue',
    problem: `"${url}" is no address of a Redis`,
    fix: 'give one such as redis://host:6379, or rediss://host:6379 for TLS',
  });
}

/** True if a URL holds a password, which other users of the machine could read in its list of processes. */
export function holdsPassword(url: string): boolean {
  return URL.canParse(url) && new URL(url).password !== '';
}

/**
 * What is wrong with a request before anybody looks at what it asks for.
 *
 * A page of another site, opened in the same browser, can send requests to this machine, and can give its own name this
 * machine's address meanwhile (DNS rebinding). So the request must name this machine as its host, come from no other origin,
 * and, for data, carry the token of the link.
 */
import type { IncomingMessage } from 'node:http';
import { hostName } from './host-names.js';
import { isToken } from './token.js';

export interface Refusal {
  readonly status: number;
  readonly problem: string;
}

export interface Guard {
  readonly token: string;
  /** Names and addresses under which the server may be asked, in lower case. */
  readonly hosts: ReadonlySet<string>;
}

/** Characters of a request's target. */
const LONGEST = 2048;
/** Paths of the server itself need no others; `..`, `//`, `\`, `%2e` and `%00` are none of them. */
const PATH = /^(\/|(\/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)+)$/;

/** Null where the request may be answered. */
export function refusalOf(request: IncomingMessage, guard: Guard): Refusal | null {
  return wrongForm(request) ?? wrongPlace(request, guard) ?? wrongToken(request, guard);
}

function wrongForm({ method, url = '', headers }: IncomingMessage): Refusal | null {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, problem: 'only GET and HEAD are answered' };
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
    return { status: 400, problem: 'a request must have no body' };
  if (url.length > LONGEST) return { status: 414, problem: 'the address is too long' };
  if (!PATH.test(pathOf(url))) return { status: 400, problem: 'the path is none of this server' };
  return null;
}

function wrongPlace({ headers, url = '' }: IncomingMessage, { hosts }: Guard): Refusal | null {
  const host = headers.host ?? '';
  if (!hosts.has(hostName(host))) return { status: 403, problem: 'the request names another host' };
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return { status: 403, problem: 'the request comes from another origin' };
  const site = headers['sec-fetch-site'];
  // The link may stand on another page; what it loads may not be loaded by another page.
  const alien = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (alien && pathOf(url) !== '/') return { status: 403, problem: 'the request comes from another site' };
  return null;
}

/** The page and its files hold no data; all under `/api` does. */
function wrongToken({ headers, url = '' }: IncomingMessage, { token }: Guard): Refusal | null {
  if (!/^\/api(\/|$)/.test(pathOf(url))) return null;
  const [, bearer] = /^Bearer ([^ ]+)$/i.exec(headers.authorization ?? '') ?? [];
  const given = bearer ?? queryOf(url).get('token');
  if (given !== null && given !== undefined && isToken(given, token)) return null;
  return {
    status: 401,
    problem: 'the token is missing or wrong: open the link that voxolve dashboard printed',
  };
}

/** The part of a target before its query. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

export function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.slice(pathOf(url).length + 1));
}

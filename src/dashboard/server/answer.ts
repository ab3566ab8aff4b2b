/**
 * Writing of answers: compressed where the client takes it, without body where it has the same already.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { COMMON_HEADERS } from './access/headers.js';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
  /** True if `body` is compressed by gzip. */
  readonly zipped: boolean;
  readonly etag: string | null;
}

type Headers = Readonly<Record<string, string>>;

export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

export function problemAnswer(status: number, problem: string): Answer {
  const body = Buffer.from(JSON.stringify({ error: problem }));
  return { status, type: JSON_TYPE, body, zipped: false, etag: null };
}

export const JSON_TYPE = 'application/json; charset=utf-8';

export function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  headers: Headers,
): void {
  const { etag, type } = answer;
  const all = { ...COMMON_HEADERS, ...headers, ...(etag === null ? {} : { etag }) };
  if (etag !== null && held(request).includes(etag)) {
    response.writeHead(304, all).end();
    return;
  }
  const zip = answer.zipped && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = answer.zipped && !zip ? plain(answer) : answer.body;
  response.writeHead(answer.status, {
    ...all,
    'content-type': type,
    'content-length': body.length,
    vary: 'accept-encoding',
    ...(zip ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const unzipped = new WeakMap<Answer, Uint8Array>();

/** Once for all who ask: an answer that many do not read then takes the room of one. */
function plain(answer: Answer): Uint8Array {
  const body = unzipped.get(answer) ?? gunzipSync(answer.body);
  unzipped.set(answer, body);
  return body;
}

function held(request: IncomingMessage): readonly string[] {
  return (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

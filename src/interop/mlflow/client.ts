/**
 * Requests to a tracking server of MLflow (REST API 2.0, https://mlflow.org/docs/latest/rest-api.html). What fails for a moment is tried
 * again with growing pauses; failures are told in one line, without credentials.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, UserError } from '../../core/errors.js';
import { isJsonRecord, type Json, type JsonRecord } from '../../core/json.js';
import { withoutCredentials } from '../../core/without-credentials.js';

export interface MlflowServer {
  /** `http(s)://host:port/path`; may hold a user and password. */
  readonly uri: string;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Milliseconds before the second try; each later pause is twice as long. */
  readonly firstPause?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Below `/api/2.0/mlflow/`. */
  readonly path: string;
  /** Query of GET, body of POST. */
  readonly content: JsonRecord;
  /** Times that it is sent at most; absent: 6. */
  readonly tries?: number;
}

/** Answer of the server, or null where it says that there is no such thing. */
export type Send = (call: Call) => Promise<JsonRecord | null>;

const TRIES = 6;
const TIMEOUT_MS = 60_000;

/** Failure that may be gone the next time: nothing is known of what the server did. */
export class PassingFailure extends UserError {}

export function mlflowClient(server: MlflowServer): Send {
  const { base, authorization } = target(server);
  const subject = withoutCredentials(server.uri);
  const { firstPause = 500, signal } = server;

  const once = async ({ method, path, content }: Call): Promise<JsonRecord | null> => {
    const url = new URL(`${base}/api/2.0/mlflow/${path}`);
    if (method === 'GET') {
      for (const [key, value] of Object.entries(content))
        url.searchParams.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    }
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...authorization },
      ...(method === 'POST' ? { body: JSON.stringify(content) } : {}),
      // Credentials go to the server that was named and to no other.
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return answerOf(subject, path, response.status, await response.text());
  };

  return async (call) => {
    const tries = call.tries ?? TRIES;
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(call);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof UserError && !(error instanceof PassingFailure)) throw error;
        if (attempt >= tries) throw error instanceof UserError ? error : unreachableServer(subject, error);
      }
      await pause(firstPause * 2 ** (attempt - 1));
    }
  };
}

function target({ uri, token, username, password }: MlflowServer): {
  readonly base: string;
  readonly authorization: Readonly<Record<string, string>>;
} {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UserError({
      subject: '--uri',
      problem: `must be the address of a tracking server of MLflow; got ${withoutCredentials(uri)}`,
      fix: 'give it as http://host:5000, or https://',
    });
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const user = username ?? decodeURIComponent(url.username);
  const secret = password ?? decodeURIComponent(url.password);
  if (token !== undefined && token !== '')
    return { base, authorization: { authorization: `Bearer ${token}` } };
  if (user === '') return { base, authorization: {} };
  const basic = Buffer.from(`${user}:${secret}`).toString('base64');
  return { base, authorization: { authorization: `Basic ${basic}` } };
}

function answerOf(subject: string, path: string, status: number, text: string): JsonRecord | null {
  const answer = parsed(text);
  if (status === 200 && isJsonRecord(answer)) return answer;
  const code = isJsonRecord(answer) ? answer['error_code'] : undefined;
  if (status === 404 && code === 'RESOURCE_DOES_NOT_EXIST') return null;
  const said = isJsonRecord(answer) && typeof answer['message'] === 'string' ? answer['message'] : text;
  const problem = `answered ${path} with ${status} ${typeof code === 'string' ? `(${code})` : ''}: ${brief(said)}`;
  const fix = FIXES[status] ?? 'check that the address is that of a tracking server of MLflow';
  const Failure = status === 429 || status >= 500 ? PassingFailure : UserError;
  throw new Failure({ subject, problem, fix });
}

const CREDENTIALS =
  'set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, for a user who may write';
const FIXES: Readonly<Record<number, string>> = { 401: CREDENTIALS, 403: CREDENTIALS };

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function brief(text: string): string {
  const line = withoutCredentials(text.replace(/\s+/g, ' ').trim());
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function unreachableServer(subject: string, error: unknown): PassingFailure {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new PassingFailure(
    {
      subject,
      problem: `cannot be reached (${withoutCredentials(messageOf(cause))})`,
      fix: 'check the address, and that the server runs; what was sent stays, and the same command goes on',
    },
    { cause: error },
  );
}

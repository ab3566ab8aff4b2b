/**
 * From a request to its answer: refused, a file of the page, a stream of events, or a view.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../core/errors.js';
import { DATA_HEADERS } from './access/headers.js';
import { fileHeaders } from './page-files.js';
import { refusalOf } from './access/refusal.js';
import { problemAnswer, send } from './answer.js';
import { routeOf } from './routes.js';
import type { Site } from './site.js';

/** Milliseconds after which a connection on which nothing moves is ended. */
export const IDLE = 30_000;

/** Never throws. */
export function respond(site: Site, request: IncomingMessage, response: ServerResponse): void {
  const refusal = refusalOf(request, site.guard);
  if (refusal !== null) {
    const allow = refusal.status === 405 ? { allow: 'GET, HEAD' } : {};
    // What else comes on this connection is not read.
    const headers = { ...DATA_HEADERS, ...allow, connection: 'close' };
    return send(request, response, problemAnswer(refusal.status, refusal.problem), headers);
  }
  answer(site, request, response).catch((error: unknown) => {
    if (response.headersSent) response.destroy();
    else send(request, response, problemAnswer(500, messageOf(error)), DATA_HEADERS);
  });
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = routeOf(request.url ?? '');
  const problem = (status: number, text: string): void =>
    send(request, response, problemAnswer(status, text), DATA_HEADERS);
  if (route.kind === 'malformed') return problem(400, route.problem);
  if (route.kind === 'nothing') return problem(404, 'there is nothing under this path');
  if (route.kind === 'file') {
    const file = site.files.get(route.path);
    if (file === undefined) return problem(404, 'there is nothing under this path');
    return send(request, response, file, fileHeaders(route.path));
  }
  if (route.kind === 'events') {
    const told = site.databases.filter((_, index) => index === (route.database ?? index));
    if (told.length === 0) return problem(404, `there is no database ${String(route.database)}`);
    if (request.method === 'HEAD') return problem(405, 'events are read by GET');
    const version = Math.max(...told.map(({ state }) => state.version));
    if (!site.streams.open(response, route.database, version)) problem(503, 'too many pages are open');
    return;
  }
  const states = site.databases.map(({ state }) => state);
  // While the view is made it is not the client that is slow.
  request.socket.setTimeout(0);
  const made = await site.answers.ask(route.query, states);
  request.socket.setTimeout(IDLE);
  send(request, response, made, DATA_HEADERS);
}

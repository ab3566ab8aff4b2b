/**
 * Server-sent events: one open answer for each page, on which it is told that its database changed. Who does not read is
 * dropped; the page asks again by itself.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http';
import { COMMON_HEADERS, DATA_HEADERS } from './access/headers.js';

/** Pages at once. */
const MOST = 32;
/** Bytes that a page may leave unread. */
const UNREAD = 16_384;

export class EventStreams {
  private readonly streams = new Map<ServerResponse, number | null>();

  /** @param database the only one to tell of; null: all. False where there are too many streams already. */
  open(response: ServerResponse, database: number | null, version: number): boolean {
    if (this.streams.size >= MOST) return false;
    response.writeHead(200, { ...COMMON_HEADERS, ...DATA_HEADERS, 'content-type': 'text/event-stream' });
    // A stream may be silent for long; only one that takes nothing is ended.
    response.socket?.setTimeout(0);
    this.streams.set(response, database);
    response.on('close', () => this.streams.delete(response));
    this.write(response, `retry: 1000\n${change(version)}`);
    return true;
  }

  get size(): number {
    return this.streams.size;
  }

  tell(database: number, version: number): void {
    for (const [response, of] of this.streams)
      if (of === null || of === database) this.write(response, change(version));
  }

  /** A comment, by which both ends notice that the other is gone. */
  beat(): void {
    for (const response of this.streams.keys()) {
      // Events are short: what is left after a whole beat is not read by anybody.
      if (response.writableLength > 0) this.drop(response);
      else this.write(response, ':\n\n');
    }
  }

  close(): void {
    for (const response of this.streams.keys()) this.drop(response);
  }

  private write(response: ServerResponse, text: string): void {
    response.write(text);
    if (response.writableLength > UNREAD) this.drop(response);
  }

  private drop(response: ServerResponse): void {
    this.streams.delete(response);
    response.destroy();
  }
}

function change(version: number): string {
  return `event: change\ndata: ${JSON.stringify({ version })}\n\n`;
}

/**
 * Changes of the database as the server pushes them: one stream for all tabs of a browser, since browsers open six
 * connections to a host at most. The tab that holds a lock reads the stream and tells the others over a BroadcastChannel;
 * when it closes, the lock goes to the next. Where the page is no secure context (`--host` without TLS) there are no locks,
 * and each tab reads its own.
 *
 * The stream is read by fetch, not by EventSource, which cannot send the token as a header (HTML standard, "server-sent
 * events", section 9.2, for the format).
 */
import { token } from './token.js';

const NAME = 'voxolve-events';
const RETRY_MS = 2000;

export type Connection = 'live' | 'lost';
type Listener = (version: number) => void;

const listeners = new Set<Listener>();
const watchers = new Set<(state: Connection) => void>();
let started = false;

/** Calls `listener` whenever the database has changed; returns what ends it. */
export function subscribe(listener: Listener): () => void {
  listeners.add(listener);
  start();
  return () => listeners.delete(listener);
}

/** Calls `watcher` when the stream breaks and when it is there again; returns what ends it. */
export function watchConnection(watcher: (state: Connection) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

type Message = { readonly version: number } | { readonly state: Connection };

function start(): void {
  if (started || location.protocol === 'file:') return;
  started = true;
  const channel = new BroadcastChannel(NAME);
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => tell(data));
  const lead = () =>
    follow((message) => {
      tell(message);
      channel.postMessage(message);
    });
  // Typed as always there, but absent outside of secure contexts.
  const locks = navigator.locks as LockManager | undefined;
  void (locks === undefined ? lead() : locks.request(NAME, lead));
}

function tell(message: Message): void {
  if ('version' in message) for (const listener of listeners) listener(message.version);
  else for (const watcher of watchers) watcher(message.state);
}

/** Reads the stream for ever, opening it again when it breaks. */
async function follow(send: (message: Message) => void): Promise<never> {
  for (;;) {
    try {
      const known = await token();
      const response = await fetch('/api/events', {
        headers: { authorization: `Bearer ${known ?? ''}`, accept: 'text/event-stream' },
      });
      if (!response.ok || response.body === null) throw new Error(`events: ${response.status}`);
      send({ state: 'live' });
      await readEvents(response.body, (version) => send({ version }));
    } catch {
      // said below, by the state
    }
    send({ state: 'lost' });
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, changed: Listener): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split(/\r?\n\r?\n/);
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const version = versionOf(block);
      if (version !== null) changed(version);
    }
  }
}

/** The version in a block of the stream (`event: change`, `data: {"version": n}`); null for others. */
export function versionOf(block: string): number | null {
  const lines = block.split(/\r?\n/);
  if (!lines.some((line) => /^event: ?change$/.test(line))) return null;
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5));
  try {
    const { version } = JSON.parse(data.join('\n')) as { version?: unknown };
    return typeof version === 'number' ? version : null;
  } catch {
    return null;
  }
}

/** A view of the server as a hook: loaded, and loaded again when the database has changed, one request at a time. */
import { useEffect, useState } from 'preact/hooks';
import { LoadError } from './load-error.js';
import { load } from './load.js';
import { subscribe } from './events.js';
import { useRoute, selected } from './selection.js';

export interface Loaded<T> {
  /** What came last, kept while it is loaded again; null before. */
  readonly data: T | null;
  /** Why the last request failed; null where it did not. */
  readonly error: LoadError | null;
}

/** At most one request in this time, however often the database changes. */
const PAUSE_MS = 500;

/** How the next answer is asked for and merged with what is held, where the server can tell what changed since. */
export interface Increments<T> {
  /** Version of what is held; undefined: ask for all. */
  readonly version: (held: T) => number | undefined;
  readonly merged: (held: T, news: T) => T;
}

/** What the server answers to `path`; follows changes. `increments` is the same in every call. */
export function useView<T>(path: string, increments?: Increments<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { readonly key: string }>({
    data: null,
    error: null,
    key: '',
  });
  const key = `${path} ${selected(useRoute().query).join(' ')}`;
  useEffect(() => {
    let held: T | null = null;
    const following = new Following(async (isWanted) => {
      try {
        const data: T = await increment(path, held, increments);
        held = data;
        if (isWanted()) setLoaded({ data, error: null, key });
      } catch (error) {
        const known = error instanceof LoadError ? error : new LoadError(String(error), 0);
        if (isWanted())
          setLoaded((last) => ({ data: last.key === key ? last.data : null, error: known, key }));
      }
    });
    const end = subscribe(() => following.ask());
    following.ask();
    return () => {
      following.stop();
      end();
    };
  }, [path, key]);
  return loaded.key === key ? loaded : { data: null, error: null };
}

async function increment<T>(path: string, held: T | null, increments: Increments<T> | undefined): Promise<T> {
  const version = held === null ? undefined : increments?.version(held);
  if (held === null || increments === undefined || version === undefined) return load<T>(path);
  return increments.merged(held, await load<T>(`${path}?since=${version}`));
}

/** Runs `work` when asked: not twice at once, not more often than every PAUSE_MS, and once more where asked meanwhile. */
class Following {
  private busy = false;
  private again = false;
  private stopped = false;
  constructor(private readonly work: (isWanted: () => boolean) => Promise<void>) {}

  ask(): void {
    if (this.stopped) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    this.again = false;
    void this.work(() => !this.stopped).finally(() => setTimeout(() => this.rest(), PAUSE_MS));
  }

  stop(): void {
    this.stopped = true;
  }

  private rest(): void {
    this.busy = false;
    if (this.again) this.ask();
  }
}

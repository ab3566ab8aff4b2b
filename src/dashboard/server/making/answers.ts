/**
 * Answers kept between changes: what several pages ask is computed once, and asked again it costs nothing.
 */
import type { Answer } from '../answer.js';
import type { ViewQuery } from '../routes.js';
import type { DatabaseState } from './view-messages.js';
import type { ViewThread } from './view-threads.js';

/** Bytes of all kept answers. */
const ROOM = 32 * 2 ** 20;

/** Views of the lists, which a change of a single candidate alters. */
const LISTS: ReadonlySet<string> = new Set(['summary', 'candidates', 'lineage', 'genes', 'trust']);

export class Answers {
  private readonly kept = new Map<string, Promise<Answer>>();
  private bytes = 0;

  constructor(
    private readonly lists: ViewThread,
    private readonly details: ViewThread,
  ) {}

  /** From what is kept, or computed by a thread. */
  async ask(query: ViewQuery, databases: readonly DatabaseState[]): Promise<Answer> {
    const key = keyOf(query, databases);
    const known = this.kept.get(key);
    if (known !== undefined) {
      // Last used, last forgotten.
      this.kept.delete(key);
      this.kept.set(key, known);
      return known;
    }
    const thread = LISTS.has(query.view) ? this.lists : this.details;
    const asked = thread.ask(query, databases);
    this.kept.set(key, asked);
    const answer = await asked;
    if (answer.status === 200) this.keep(answer);
    else this.kept.delete(key);
    return answer;
  }

  /** Forgets all: a database changed, so that nobody asks for these again. */
  forget(): void {
    this.kept.clear();
    this.bytes = 0;
  }

  private keep({ body }: Answer): void {
    this.bytes += body.length;
    if (this.bytes > ROOM) this.forget();
  }
}

function keyOf(query: ViewQuery, databases: readonly DatabaseState[]): string {
  const state = databases[query.database];
  const version = query.view === 'summary' ? databases.map((each) => each.version) : state?.version;
  return JSON.stringify([query, version, state?.generation]);
}

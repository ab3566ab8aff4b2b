/** What the parts of a running server share. */
import type { Answers } from './making/answers.js';
import type { EventStreams } from './event-streams.js';
import type { Guard } from './access/refusal.js';
import type { Answer } from './answer.js';
import type { ViewThread } from './making/view-threads.js';
import type { WatchedDatabase } from './watched-database.js';

export interface Site {
  readonly databases: readonly WatchedDatabase[];
  readonly threads: readonly [ViewThread, ViewThread];
  readonly answers: Answers;
  readonly streams: EventStreams;
  readonly files: ReadonlyMap<string, Answer>;
  readonly guard: Guard;
}

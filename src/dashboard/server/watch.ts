/**
 * Looks at the databases again and again, and tells the pages of changes.
 */
import { Pace } from './pace.js';
import type { Site } from './site.js';

/** Milliseconds between two looks. */
const LOOK_EVERY = 500;
const HEARTBEAT = 15_000;

/** Returns what ends it when cleared. */
export function watch({ databases, streams, answers, threads }: Site): readonly NodeJS.Timeout[] {
  const pace = new Pace();
  const changed = new Set<number>();
  const look = (): void => {
    databases.forEach((database, index) => {
      if (database.look()) changed.add(index);
    });
    const now = performance.now();
    const worked = threads.reduce((sum, thread) => sum + thread.worked, 0);
    if (changed.size === 0 || !pace.isDue(now, worked)) return;
    answers.forget();
    for (const index of changed) streams.tell(index, databases[index]?.state.version ?? 0);
    changed.clear();
    pace.told(now, worked);
  };
  return [setInterval(look, LOOK_EVERY), setInterval(() => streams.beat(), HEARTBEAT)];
}

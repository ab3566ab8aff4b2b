/**
 * A running search on the screen: what it reports as lines, its progress live.
 */
import type { SearchEvent } from '../../api/index.js';
import { eventLines } from './event-text.js';
import { plural } from './format.js';
import { note } from './output.js';
import { Progress } from './progress.js';
import { showReading } from './reading-progress.js';

type Prepared = Extract<SearchEvent, { kind: 'prepared' }>;
type Replayed = Extract<SearchEvent, { kind: 'replayed' }>;

export class SearchView {
  private prepared: Prepared | undefined;
  private progress: Progress | undefined;

  readonly show = (event: SearchEvent): void => {
    for (const line of eventLines(event)) this.say(line);
    switch (event.kind) {
      case 'reading scans':
        return showReading(event);
      case 'prepared':
        this.prepared = event;
        return;
      case 'replayed':
        this.progress = this.begin(event);
        return;
      case 'started':
        return this.progress?.started(event.number);
      case 'finished':
        return this.progress?.finished({ ...event, error: event.error ?? undefined });
      case 'winners':
        return this.progress?.winners(event.numbers, event.left);
      case 'auxiliary started':
        return this.progress?.startedAuxiliary(event.number, event.purpose);
      case 'auxiliary finished':
        return this.progress?.finishedAuxiliary(event);
      default:
    }
  };

  private say(line: string): void {
    if (this.progress === undefined) note(line);
    else this.progress.remark(line);
  }

  /** A line that stays. */
  remark(text: string): void {
    this.progress?.remark(text);
  }

  close(): void {
    this.progress?.close();
  }

  private begin({ finished, again, best }: Replayed): Progress | undefined {
    if (this.prepared === undefined) return undefined;
    const { candidates, workers, repetitions, chance, metric } = this.prepared;
    if (finished > 0 || again > 0) {
      note(
        `continuing: ${finished} of ${plural(candidates, 'candidate')} finished, ${again} to evaluate again`,
      );
    }
    return new Progress({
      total: candidates,
      done: finished,
      workers: workers.workers,
      again: repetitions,
      chance,
      metric,
      best,
    });
  }
}

/**
 * Who computed what, and when: the last evaluations as spans of time on the places of workers.
 *
 * A worker may compute several at once. Which of its places one took is not recorded, so each is put on the lowest that was
 * free. An evaluation that was interrupted and continued, or whose result waited for the search to go on, looks as if it had
 * ended when its outcome was committed.
 */
import type { FinishedTuple } from '../../../store/index.js';
import type { TimelineSpan } from '../types.js';

/** Name of the machine that the search itself runs on. */
const OWN = 'this machine';

/**
 * Spans in the order of their ends. `evaluations`: the newest first; those that were not computed, and those of databases from
 * before times were kept, are left out. `created`: ISO 8601.
 */
export function timelineOf(evaluations: readonly FinishedTuple[], created: string): readonly TimelineSpan[] {
  const start = Date.parse(created);
  const spans = evaluations
    .flatMap((tuple): Omit<TimelineSpan, 'slot'>[] => {
      const [number, purpose, finishedAt, seconds, , worker, processorClass, attempts] = tuple;
      if (finishedAt === null || attempts === 0) return [];
      const end = (Date.parse(finishedAt) - start) / 1000;
      return [{ worker: worker ?? processorClass ?? OWN, processorClass, number, purpose, end, seconds }];
    })
    .reverse();
  return withSlots(spans).sort((a, b) => a.end - b.end);
}

function withSlots(spans: readonly Omit<TimelineSpan, 'slot'>[]): TimelineSpan[] {
  const free = new Map<string, number[]>();
  return [...spans]
    .sort((a, b) => a.end - a.seconds - (b.end - b.seconds))
    .map((span) => {
      const ends = free.get(span.worker) ?? [];
      free.set(span.worker, ends);
      // The time of a commit is a little later than the end of the evaluation.
      const known = ends.findIndex((end) => end <= span.end - span.seconds + SLACK);
      const slot = known === -1 ? ends.length : known;
      ends[slot] = span.end;
      return { ...span, slot };
    });
}

/** Seconds by which spans may overlap that were computed one after the other. */
const SLACK = 0.05;

/**
 * Which rows of a search are new since they were read last: a search decides candidates and finishes them, and changes neither
 * afterwards, so what is made of their rows is kept and only extended. Counts tell where somebody else took rows away.
 */
import type { CandidateStatus } from '../../../core/records.js';
import { finishedCount, type CandidatePart, type Store } from '../../../store/index.js';

/** A candidate's number and status, and what else is read of it. */
type Row = readonly [number: number, status: CandidateStatus, ...rest: unknown[]];

/** Reads some candidates, those of `numbers` before the others, each in ascending order. */
type Read<T extends Row> = (store: Store, experiment: number, part: CandidatePart) => Iterable<T>;

export class Growth {
  /** All numbers below it were read. */
  from = 0;
  /** Numbers from it on that were given with a result: some below the last may still be undecided. */
  private readonly above = new Set<number>();
  /** Numbers that had no result when they were read. */
  private unfinished: readonly number[] = [];
  private finished = 0;

  constructor(private readonly experiment: number) {}

  /**
   * Gives what is new to `take`: every row that has a result now and had none, and those that have none yet, which may have been
   * given before. Returns false where results that were given are gone: all must be read anew.
   */
  advance<T extends Row>(store: Store, read: Read<T>, take: (row: T) => void): boolean {
    const { from } = this;
    const unfinished: number[] = [];
    let next = from;
    const part = { from, numbers: this.unfinished.filter((number) => number < from) };
    for (const row of read(store, this.experiment, part)) {
      const [number, status] = row;
      if (number === next) next++;
      if (this.above.has(number)) continue;
      if (status === 'pending' || status === 'running') unfinished.push(number);
      else {
        this.finished++;
        if (number >= from) this.above.add(number);
      }
      take(row);
    }
    this.from = next;
    for (const number of this.above) if (number < next) this.above.delete(number);
    this.unfinished = unfinished;
    return this.finished === finishedCount(store, this.experiment);
  }
}

/**
 * Which candidates changed since a version: those that were unfinished then, and new ones. What is finished stays as it is,
 * so nothing need be compared.
 */
import { unfinishedNumbers, type Store } from '../../../store/index.js';

export class ChangedNumbers {
  /** Version at which rows were read first; nothing is known of changes before. */
  private first: number | undefined;
  private last = -1;
  private unfinished: readonly number[] = [];
  private end = 0;
  private readonly changedAt = new Map<number, number>();

  constructor(private readonly experiment: number) {}

  /** Reads what is unfinished now; to be called within the snapshot from which rows are read. */
  advance(store: Store, version: number): void {
    if (this.first !== undefined && version <= this.last) return;
    const { numbers, end } = unfinishedNumbers(store, this.experiment);
    if (this.first !== undefined) {
      for (const number of this.unfinished) this.changedAt.set(number, version);
      for (let number = this.end; number < end; number++) this.changedAt.set(number, version);
    }
    this.first ??= version;
    this.last = version;
    this.unfinished = numbers;
    this.end = end;
  }

  /** Numbers in ascending order; null where all must be given. */
  since(version: number): readonly number[] | null {
    if (this.first === undefined || version < this.first || version > this.last) return null;
    const changed: number[] = [];
    for (const [number, at] of this.changedAt) if (at > version) changed.push(number);
    return changed.sort((a, b) => a - b);
  }
}

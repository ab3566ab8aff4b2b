/**
 * Which candidates changed since a version: those that had no result then, and new ones. What is finished stays as it is, so
 * nothing need be compared.
 */
import { statusTuples, type Store } from '../../../store/index.js';
import { Growth } from '../../views/kept/growth.js';

export class ChangedNumbers {
  private growth: Growth;
  /** Version at which rows were read first; nothing is known of changes before. */
  private first: number | undefined;
  private last = -1;
  private readonly changedAt = new Map<number, number>();

  constructor(private readonly experiment: number) {
    this.growth = new Growth(experiment);
  }

  /** Reads what is new; to be called within the snapshot from which rows are read. */
  advance(store: Store, version: number): void {
    if (this.first !== undefined && version <= this.last) return;
    this.last = version;
    const complete = this.growth.advance(store, statusTuples, ([number]) => {
      if (this.first !== undefined) this.changedAt.set(number, version);
    });
    if (!complete) this.begin(store);
    if (!complete || this.first === undefined) this.first = version;
  }

  /** Numbers in ascending order; null where all must be given. */
  since(version: number): readonly number[] | null {
    if (this.first === undefined || version < this.first || version > this.last) return null;
    const changed: number[] = [];
    for (const [number, at] of this.changedAt) if (at > version) changed.push(number);
    return changed.sort((a, b) => a - b);
  }

  /** Rows that were there are gone: what was known of changes does not tell which. */
  private begin(store: Store): void {
    this.changedAt.clear();
    this.growth = new Growth(this.experiment);
    this.growth.advance(store, statusTuples, () => undefined);
  }
}

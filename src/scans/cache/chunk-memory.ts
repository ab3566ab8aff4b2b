/**
 * Decoded chunks up to a number of bytes; the one that was not used for longest goes first.
 */
export class ChunkMemory {
  /** In the order of their last use. */
  private readonly kept = new Map<number, ArrayBufferView>();
  private held = 0;
  private reserved = 0;

  constructor(readonly budget: number) {}

  /** Bytes held; never more than the budget. */
  get bytes(): number {
    return this.held;
  }

  /** The first of `count` keys that nobody else uses. */
  reserve(count: number): number {
    this.reserved += count;
    return this.reserved - count;
  }

  /** Returns what is kept under `key`, else makes it by `make` and keeps it. */
  get<T extends ArrayBufferView>(key: number, make: () => T): T {
    const kept = this.kept.get(key);
    if (kept !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, kept);
      return kept as T;
    }
    const made = make();
    this.keep(key, made);
    return made;
  }

  private keep(key: number, value: ArrayBufferView): void {
    const size = costOf(value);
    if (size > this.budget) return;
    for (const [oldest, { byteLength }] of this.kept) {
      if (this.held + size <= this.budget) break;
      this.kept.delete(oldest);
      this.held -= byteLength + OVERHEAD;
    }
    this.kept.set(key, value);
    this.held += size;
  }
}

/** Bytes that an entry takes in addition to its voxels: the array and its place in the map, roughly. */
const OVERHEAD = 512;

function costOf({ byteLength }: ArrayBufferView): number {
  return byteLength + OVERHEAD;
}

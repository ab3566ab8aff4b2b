/**
 * Decoded chunks in memory, up to a number of bytes; the least recently used is evicted first.
 */
export class ChunkMemory {
  /** Chunks in order of last use. */
  private readonly kept = new Map<number, ArrayBufferView>();
  private held = 0;
  private reserved = 0;

  constructor(readonly budget: number) {}

  /** Bytes held; never more than the budget. */
  get bytes(): number {
    return this.held;
  }

  /** Reserves `count` consecutive keys that nobody else uses; returns the first. */
  reserve(count: number): number {
    this.reserved += count;
    return this.reserved - count;
  }

  /** Returns the entry of `key`; if there is none, makes it with `make` and stores it. */
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

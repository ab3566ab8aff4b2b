/**
 * Virtual time, which passes only when all tasks wait: simulated durations take no real time and keep their order.
 */
interface Waiting {
  readonly at: number;
  readonly from: number;
  readonly wake: () => void;
}

export class VirtualTime {
  now = 0;
  /** Binary heap by `at`. */
  readonly #heap: Waiting[] = [];
  readonly #spans: { readonly from: number; readonly to: number }[] = [];
  #scheduled = false;

  /** Resolves once `duration` has passed. */
  after(duration: number): Promise<void> {
    return new Promise((wake) => {
      this.#push({ at: this.now + duration, from: this.now, wake });
      this.#schedule();
    });
  }

  /** Sum of all durations so far, cut off at an instant. */
  busyBefore(instant: number): number {
    return this.#spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, instant) - from), 0);
  }

  /** Wakes the next task once nothing else can run at the current time. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const next = this.#pop();
      if (next === undefined) return;
      this.now = next.at;
      this.#spans.push({ from: next.from, to: next.at });
      next.wake();
      if (this.#heap.length > 0) this.#schedule();
    });
  }

  #push(item: Waiting): void {
    const heap = this.#heap;
    let i = heap.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if ((heap[parent] as Waiting).at <= item.at) break;
      heap[i] = heap[parent] as Waiting;
      i = parent;
    }
    heap[i] = item;
  }

  #pop(): Waiting | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && right.at < (heap[child] as Waiting).at) child++;
      if ((heap[child] as Waiting).at >= last.at) break;
      heap[i] = heap[child] as Waiting;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

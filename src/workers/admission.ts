/**
 * Who may start now: candidates are let in one by one, in the order in which they come, as soon as a lane has a free
 * worker and enough memory. It decides when and where a candidate trains, never what comes of it.
 */
import type { Lane } from './device-groups.js';

export interface Ticket {
  /** Which lane to train in. */
  readonly lane: number;
  leave(): void;
}

interface Waiting {
  readonly bytes: number;
  readonly enter: (ticket: Ticket) => void;
}

export class Admission {
  readonly #lanes: { readonly workers: number; readonly memory: number; running: number; used: number }[];
  readonly #waiting: Waiting[] = [];

  constructor(lanes: readonly Pick<Lane, 'workers' | 'memory'>[]) {
    this.#lanes = lanes.map(({ workers, memory }) => ({ workers, memory, running: 0, used: 0 }));
  }

  /**
   * Waits for room. What exceeds a whole lane gets one to itself: that it is too large for the experiment was decided
   * before, by the prediction alone.
   */
  enter(bytes: number): Promise<Ticket> {
    return new Promise((enter) => {
      this.#waiting.push({ bytes, enter });
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const lane = this.#roomFor(next.bytes);
      if (lane === undefined) return; // none overtakes it, so that a large one does not wait for ever
      this.#waiting.shift();
      next.enter(this.#ticket(lane, next.bytes));
    }
  }

  /** The lane with the fewest running among those that have room; the first of equals. */
  #roomFor(bytes: number): number | undefined {
    let best: number | undefined;
    this.#lanes.forEach(({ workers, memory, running, used }, i) => {
      if (running >= workers || (running > 0 && used + bytes > memory)) return;
      if (best === undefined || running < (this.#lanes[best]?.running ?? 0)) best = i;
    });
    return best;
  }

  #ticket(index: number, bytes: number): Ticket {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new Error(`there is no lane ${index}`);
    lane.running++;
    lane.used += bytes;
    let inside = true;
    return {
      lane: index,
      leave: () => {
        if (!inside) return;
        inside = false;
        lane.running--;
        lane.used -= bytes;
        this.#admit();
      },
    };
  }
}

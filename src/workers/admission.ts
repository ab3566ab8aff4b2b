/**
 * Admission of candidates to workers: they are let in one by one, in the order in which they come, as soon as a group has a free
 * worker and enough memory. It decides when and where a candidate trains, never what comes of it.
 */
import type { DeviceGroup } from './device-groups.js';

export interface Ticket {
  /** Index of the group to train in. */
  readonly group: number;
  leave(): void;
}

interface Queued {
  readonly bytes: number;
  readonly enter: (ticket: Ticket) => void;
}

export class Admission {
  readonly #groups: { readonly workers: number; readonly memory: number; running: number; used: number }[];
  readonly #queue: Queued[] = [];

  constructor(groups: readonly Pick<DeviceGroup, 'workers' | 'memory'>[]) {
    this.#groups = groups.map(({ workers, memory }) => ({ workers, memory, running: 0, used: 0 }));
  }

  /**
   * Waits for room. What exceeds a whole group gets one to itself: that it is too large for the experiment was decided
   * before, by the prediction alone. Rejects with the signal's reason once that is aborted.
   */
  enter(bytes: number, signal?: AbortSignal): Promise<Ticket> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const leaveQueue = (): void => {
        this.#queue.splice(this.#queue.indexOf(entry), 1);
        reject(signal?.reason as Error);
        this.#admit();
      };
      const entry: Queued = {
        bytes,
        enter: (ticket) => {
          signal?.removeEventListener('abort', leaveQueue);
          resolve(ticket);
        },
      };
      signal?.addEventListener('abort', leaveQueue, { once: true });
      this.#queue.push(entry);
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const group = this.#roomFor(next.bytes);
      if (group === undefined) return; // none overtakes it, so that a large one does not wait for ever
      this.#queue.shift();
      next.enter(this.#ticket(group, next.bytes));
    }
  }

  /** The group with the fewest running among those that have room; the first of equals. */
  #roomFor(bytes: number): number | undefined {
    let best: number | undefined;
    this.#groups.forEach(({ workers, memory, running, used }, i) => {
      if (running >= workers || (running > 0 && used + bytes > memory)) return;
      if (best === undefined || running < (this.#groups[best]?.running ?? 0)) best = i;
    });
    return best;
  }

  #ticket(index: number, bytes: number): Ticket {
    const group = this.#groups[index];
    if (group === undefined) throw new Error(`there is no group ${index}`);
    group.running++;
    group.used += bytes;
    let inside = true;
    return {
      group: index,
      leave: () => {
        if (!inside) return;
        inside = false;
        group.running--;
        group.used -= bytes;
        this.#admit();
      },
    };
  }
}

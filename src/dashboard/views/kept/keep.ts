/**
 * What is made of the rows of an experiment and kept while its database is open, so that a view reads what is new alone.
 */
import type { ExperimentRow, Store } from '../../../store/index.js';

interface Kept {
  /** Takes in what is new; false where what was taken in is no longer there. */
  advance(store: Store): boolean;
}

/** Returns what gives the kept thing of an experiment as its database is now; to be called within a snapshot. */
export function keeping<T extends Kept>(
  make: (row: ExperimentRow) => T,
): (store: Store, row: ExperimentRow) => T {
  const stores = new WeakMap<Store, Map<number, T>>();
  return (store, row) => {
    const known = stores.get(store) ?? new Map<number, T>();
    stores.set(store, known);
    const held = known.get(row.id) ?? make(row);
    known.set(row.id, held);
    if (held.advance(store)) return held;
    const anew = make(row);
    known.set(row.id, anew);
    anew.advance(store);
    return anew;
  };
}

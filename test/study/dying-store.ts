/**
 * A store that dies at a given commit, as if its process were killed between two.
 */
import type { Store } from '../../src/store/open.js';

/** The process ends here: nothing after this instant is written. */
export class Killed extends Error {}

/** A store that lets `commits` statements and transactions through, then behaves as if the process were gone. */
export function dyingStore(store: Store, commits: number): Store {
  let left = commits;
  let depth = 0;
  const live = <T>(work: () => T): T => {
    if (depth === 0 && left-- <= 0) throw new Killed();
    return work();
  };
  return {
    ...store,
    statement: (sql) => {
      const statement = store.statement(sql);
      if (!/^\s*(INSERT|UPDATE|DELETE)/.test(sql)) return statement;
      return new Proxy(statement, {
        get: (target, name) =>
          name === 'run'
            ? (...values: unknown[]) => live(() => target.run(...values))
            : (Reflect.get(target, name) as unknown),
      });
    },
    transaction: (work) =>
      live(() => {
        depth++;
        try {
          return store.transaction(work);
        } finally {
          depth--;
        }
      }),
  };
}

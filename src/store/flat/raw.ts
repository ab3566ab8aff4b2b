/** Rows as arrays, which weigh half of what objects do. */
import type { Store } from '../open.js';

/** Rows that are read at once: a whole search at once would take its size in memory twice. */
export const CHUNK = 8192;

export function rows<Row extends readonly unknown[]>(
  store: Store,
  sql: string,
  parameters: Readonly<Record<string, number | string>>,
): readonly Row[] {
  return store.statement(sql).raw().all(parameters) as unknown as readonly Row[];
}

/**
 * Entries of literal tables, looked up by text that comes from a file: `constructor` is no entry of any.
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

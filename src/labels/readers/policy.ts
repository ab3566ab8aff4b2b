/**
 * What becomes of a scan that several readers labelled: what most say, a row for each reader, or nothing where they differ.
 */
export const POLICIES = ['majority', 'each', 'refuse'] as const;
export type Policy = (typeof POLICIES)[number];

/** The value that more than half give; null where none is. */
export function majority<T>(values: readonly T[]): T | null {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const [value, count] of counts) if (2 * count > values.length) return value;
  return null;
}

/** The files that are no scans to read, as lines. */
import { kindOfLeftOut as kindOf, type LeftOut } from '../../api/scans.js';

/** A line for each kind and reason, the most frequent first: how many, which is one of them, and why. */
export function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const kinds = new Map<string, { count: number; kind: string; first: LeftOut }>();
  for (const entry of leftOut) {
    const key = `${kindOf(entry)}: ${entry.reason}`;
    const known = kinds.get(key) ?? { count: 0, kind: kindOf(entry), first: entry };
    known.count++;
    kinds.set(key, known);
  }
  return [...kinds.values()]
    .sort((a, b) => b.count - a.count || (a.first.path < b.first.path ? -1 : 1))
    .map(({ count, kind, first: { path, reason } }) =>
      count === 1 ? `${kind} ${path}: ${reason}` : `${count} × ${kind}, such as ${path}: ${reason}`,
    );
}

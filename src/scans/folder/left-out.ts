/**
 * What lies in a folder and is not used: each file or folder with what it is and why, so that nothing vanishes unsaid.
 */

/** A file or folder that was found and is no scan to read. */
export interface LeftOut {
  /** As the user knows it: relative to the folder, printable. */
  readonly path: string;
  /** What it is, in the singular, such as `linked folder`, `hidden file` or, of DICOM, `segmentation`. */
  readonly what: string;
  readonly reason: string;
}

/** How many there are of each kind, the most frequent first: `12 × no scan (.json), 1 × linked folder`. */
export function countsText(leftOut: readonly LeftOut[]): string {
  const counts = new Map<string, number>();
  for (const entry of leftOut) counts.set(kindOf(entry), (counts.get(kindOf(entry)) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ');
}

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

/** What it is; of files that are no scans, with the ending of their names. */
function kindOf({ path, what }: LeftOut): string {
  if (what !== NO_SCAN) return what;
  const [ending] = /\.[A-Za-z]\w{0,9}$/.exec(path) ?? [];
  return `${what} (${ending ?? 'no ending'})`;
}

/** `what` of files of no known format. */
export const NO_SCAN = 'no scan';

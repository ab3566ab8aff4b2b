/**
 * Files and folders that are not used, each with its kind and the reason, so that nothing is dropped silently.
 */

/** A file or folder that was found but is not read as a scan. */
export interface LeftOut {
  /** Path for the user: relative to the folder, printable. */
  readonly path: string;
  /** Kind, in the singular, such as `linked folder`, `hidden file` or, in DICOM, `segmentation`. */
  readonly what: string;
  readonly reason: string;
}

/** Count of each kind, the most frequent first: `12 × no scan (.json), 1 × linked folder`. */
export function countsText(leftOut: readonly LeftOut[]): string {
  const counts = new Map<string, number>();
  for (const entry of leftOut) counts.set(kindOf(entry), (counts.get(kindOf(entry)) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ');
}

/** Kind of file or folder; for files that are no scans, with the ending of their names. */
export function kindOf({ path, what }: LeftOut): string {
  if (what !== NO_SCAN) return what;
  const [ending] = /\.[A-Za-z]\w{0,9}$/.exec(path) ?? [];
  return `${what} (${ending ?? 'no ending'})`;
}

/** Value of `what` for files of no known format. */
export const NO_SCAN = 'no scan';

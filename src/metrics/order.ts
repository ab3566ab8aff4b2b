/**
 * The order of rows by a number that each has.
 */
/** Rows by ascending score; equal scores in the order of the rows. */
export function ascendingOrder(scores: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: scores.length }, (_, row) => row).sort(
    (a, b) => (scores[a] as number) - (scores[b] as number) || a - b,
  );
}

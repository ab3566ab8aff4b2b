/**
 * Weights without negative ones, by leaving out the most negative and fitting the others again until there is none. For the
 * handful of weights of a convex loss.
 */

/** A weak prior on weights of standardised parts: keeps them finite where a part tells all rows without fail. */
export const PRIOR = 0.1;

/** @param fit weights of the parts that are kept, in their order. */
export function nonNegative(parts: number, fit: (kept: readonly number[]) => readonly number[]): number[] {
  let kept = [...Array(parts).keys()];
  for (;;) {
    const weights = kept.length === 0 ? [] : fit(kept);
    const least = Math.min(0, ...weights);
    if (least === 0) return [...Array(parts).keys()].map((part) => weights[kept.indexOf(part)] ?? 0);
    kept = kept.filter((_, at) => weights[at] !== least);
  }
}

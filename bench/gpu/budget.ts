/**
 * How the time of `check:gpu` is divided over its parts. What a part leaves is divided among those that follow it.
 */

/** Seconds of the part at `index`: of the seconds `left`, its weight among those of the parts from it on. */
export function secondsFor(index: number, weights: readonly number[], left: number): number {
  const following = weights.slice(index).reduce((sum, weight) => sum + weight, 0);
  return (Math.max(0, left) * (weights[index] ?? 0)) / following;
}

/** Candidates of the quickstart that fit twice into so many seconds. On a CPU, where the check itself is tried, a few. */
export function candidatesWithin(seconds: number, device: string): number {
  if (device === 'cpu' || seconds < 50) return 4;
  return seconds < 110 ? 12 : 32;
}

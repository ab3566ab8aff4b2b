/** The Pareto front of two objectives: those that no other beats in one without being beaten in the other. */
export interface Objective {
  readonly key: 'scores' | 'params' | 'macs' | 'latencies' | 'seconds';
  readonly title: string;
  readonly better: 'higher' | 'lower';
}

export const OBJECTIVES: readonly Objective[] = [
  { key: 'scores', title: 'Score', better: 'higher' },
  { key: 'params', title: 'Parameters', better: 'lower' },
  { key: 'macs', title: 'Multiply-accumulates', better: 'lower' },
  { key: 'latencies', title: 'Predicted latency (ms)', better: 'lower' },
  { key: 'seconds', title: 'Seconds of training', better: 'lower' },
];

/**
 * Indices of the front among `members`, ascending by `x`; of equals the first. Values that are NaN take no part. `signs`: 1
 * where lower is better, -1 where higher is.
 */
export function frontOf(
  members: readonly number[],
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  signs: readonly [number, number],
): number[] {
  // Along the front what is worse in x is better in y: both ascend and descend strictly.
  const front: number[] = [];
  const [signX, signY] = signs;
  const across = (index: number) => signX * (x[index] ?? NaN);
  const up = (index: number) => signY * (y[index] ?? NaN);
  // What beat one beats many.
  let [beaterX, beaterY] = [Infinity, Infinity];
  for (const index of members) {
    const ownX = signX * (x[index] ?? NaN);
    const ownY = signY * (y[index] ?? NaN);
    if (ownX >= beaterX && ownY >= beaterY) continue;
    if (!Number.isFinite(ownX) || !Number.isFinite(ownY)) continue;
    let [low, high] = [0, front.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (across(front[middle] ?? 0) <= ownX) low = middle + 1;
      else high = middle;
    }
    const before = front[low - 1];
    if (before !== undefined && up(before) <= ownY) {
      [beaterX, beaterY] = [across(before), up(before)];
      continue;
    }
    let first = low;
    if (before !== undefined && across(before) === ownX) first = low - 1;
    let end = low;
    while (end < front.length && up(front[end] ?? 0) >= ownY) end += 1;
    front.splice(first, end - first, index);
  }
  return front.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
}

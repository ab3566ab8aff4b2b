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
  const at = (column: ArrayLike<number>, index: number, sign: number) => sign * (column[index] ?? NaN);
  const placed = members
    .filter((index) => Number.isFinite(x[index]) && Number.isFinite(y[index]))
    .sort(
      (a, b) => at(x, a, signs[0]) - at(x, b, signs[0]) || at(y, a, signs[1]) - at(y, b, signs[1]) || a - b,
    );
  let best = Infinity;
  const front = placed.filter((index) => {
    const value = at(y, index, signs[1]);
    if (value >= best) return false;
    best = value;
    return true;
  });
  return front.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
}

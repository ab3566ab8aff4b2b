/**
 * Rows in the order that sums over risk sets go: the latest time first, rows of one time together.
 */
import { tensor, type Tensor, type TensorMap } from '../../../core/tensor.js';
import type { TimeTargets } from '../../targets.js';

export type Ties = 'efron' | 'breslow';

export interface CoxRows {
  readonly rows: number;
  readonly columns: number;
  /** Features at mean 0 and deviation 1, row-major `[rows, columns]`; constant columns are 0. */
  readonly x: Float64Array;
  /** Deviation of each feature; 0 for constant columns. */
  readonly scale: Float64Array;
  /** One past the last row of each group of equal times. */
  readonly groupEnds: readonly number[];
  readonly event: Uint8Array;
  readonly events: number;
  readonly ties: Ties;
}

export function coxRows(features: Tensor, { times, events }: TimeTargets, ties: Ties): CoxRows {
  const [rows = 0, columns = 0] = features.shape;
  // Events before censored rows of one time: any order within a group is right, a fixed one gives fixed roundings.
  const order = [...times.keys()].sort(
    (a, c) => (times[c] ?? 0) - (times[a] ?? 0) || (events[c] ?? 0) - (events[a] ?? 0) || a - c,
  );
  const groupEnds = order.flatMap((row, i) => (times[order[i + 1] ?? -1] === times[row] ? [] : [i + 1]));
  const event = Uint8Array.from(order, (row) => events[row] ?? 0);
  const x = Float64Array.from({ length: rows * columns }, (_, place) => {
    const row = order[Math.floor(place / columns)] ?? 0;
    return features.data[row * columns + (place % columns)] ?? 0;
  });
  const scale = standardise(x, rows, columns);
  return {
    rows,
    columns,
    x,
    scale,
    groupEnds,
    event,
    events: event.reduce((sum, one) => sum + one, 0),
    ties,
  };
}

/** Brings columns to mean 0 and deviation 1, in place; returns their deviations, 0 where it is but a rounding. */
function standardise(x: Float64Array, rows: number, columns: number): Float64Array {
  const scale = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    let [sum, squares, largest] = [0, 0, 0];
    for (let i = k; i < x.length; i += columns) sum += x[i] as number;
    const mean = sum / rows;
    for (let i = k; i < x.length; i += columns) {
      squares += ((x[i] as number) - mean) ** 2;
      largest = Math.max(largest, Math.abs(x[i] as number));
    }
    const deviation = Math.sqrt(squares / rows);
    scale[k] = deviation > 1e-7 * largest ? deviation : 0;
    for (let i = k; i < x.length; i += columns) {
      x[i] = scale[k] === 0 ? 0 : ((x[i] as number) - mean) / deviation;
    }
  }
  return scale;
}

/** Weights of the features as they came, from those of standardised ones. */
export function ownScale(weights: Float64Array, { scale }: CoxRows): TensorMap {
  const data = Float32Array.from(weights, (one, k) => (scale[k] === 0 ? 0 : one / (scale[k] as number)));
  return { 'head.fc.weight': tensor([1, data.length], data) };
}

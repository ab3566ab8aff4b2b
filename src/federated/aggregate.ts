/**
 * The server's step: updates of sites become one.
 *
 * McMahan et al. 2017 (arXiv:1602.05629), algorithm 1, for the weighted mean; McMahan et al. 2018 (arXiv:1710.06963) for clipping each
 * update and for noise on their sum, after Abadi et al. 2016 (arXiv:1607.00133).
 */
import type { Rng } from '../core/random.js';
import { tensor, type TensorMap } from '../core/tensor.js';
import { present } from '../core/errors.js';

export interface WeightedUpdate {
  readonly examples: number;
  readonly tensors: TensorMap;
}

/** Mean of the updates, each weighted by its examples; those that are missing have no weight. All name the same tensors. */
export function weightedMean(updates: readonly WeightedUpdate[]): TensorMap {
  const total = updates.reduce((sum, { examples }) => sum + examples, 0);
  return combined(updates, ({ examples }) => examples / total);
}

export interface NoisySum {
  /** Largest norm of an update. */
  readonly clip: number;
  /** Deviation of the noise, as a multiple of `clip`. */
  readonly noise: number;
  /** Number of updates that are expected, by which the sum is divided. */
  readonly expected: number;
}

/**
 * Sum of the updates, each clipped, plus noise, over the number of updates expected. The divisor does not depend on which sites took
 * part, so that one site changes the sum by `clip` at most.
 *
 * @param like tensors whose shapes the result has where no update arrived
 */
export function noisyMean(
  updates: readonly Pick<WeightedUpdate, 'tensors'>[],
  { clip, noise, expected }: NoisySum,
  like: TensorMap,
  rng: Rng,
): TensorMap {
  const sum = combined(
    updates.map(({ tensors }) => ({ tensors: clipped(tensors, clip) })),
    () => 1,
    like,
  );
  return Object.fromEntries(
    Object.entries(sum).map(([name, { shape, data }]) => {
      const own = rng.split(name);
      return [
        name,
        tensor(
          shape,
          data.map((value) => (value + own.normal() * noise * clip) / expected),
        ),
      ];
    }),
  );
}

/** The update, scaled down to norm `limit` where it is longer. */
export function clipped(update: TensorMap, limit: number): TensorMap {
  const norm = normOf(update);
  if (norm <= limit) return update;
  // Rounding to 32 bits may not lengthen it again.
  const scale = (limit / norm) * (1 - 2 ** -22);
  return mapped(update, (value) => value * scale);
}

/** Euclidean norm of all values together. */
export function normOf(tensors: TensorMap): number {
  let squares = 0;
  for (const { data } of Object.values(tensors)) for (const value of data) squares += value * value;
  return Math.sqrt(squares);
}

export function added(weights: TensorMap, update: TensorMap): TensorMap {
  return pairwise(weights, update, (a, b) => a + b);
}

export function difference(after: TensorMap, before: TensorMap): TensorMap {
  return pairwise(after, before, (a, b) => a - b);
}

/** Sums in 64 bits, in the order of the updates. */
function combined<U extends { readonly tensors: TensorMap }>(
  updates: readonly U[],
  weight: (update: U) => number,
  like = updates[0]?.tensors,
): TensorMap {
  return Object.fromEntries(
    Object.entries(present(like, 'an update')).map(([name, { shape, data }]) => {
      const sum = new Float64Array(data.length);
      for (const update of updates) {
        const share = weight(update);
        const own = present(update.tensors[name], `tensor ${name} in every update`).data;
        own.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + share * value));
      }
      return [name, tensor(shape, Float32Array.from(sum))];
    }),
  );
}

function mapped(tensors: TensorMap, change: (value: number) => number): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, tensor(shape, data.map(change))]),
  );
}

/** Tensors of `second`, combined with those of the same names in `first`. */
function pairwise(first: TensorMap, second: TensorMap, combine: (a: number, b: number) => number): TensorMap {
  return Object.fromEntries(
    Object.entries(second).map(([name, { shape, data }]) => {
      const other = present(first[name], `tensor ${name}`).data;
      return [
        name,
        tensor(
          shape,
          data.map((value, i) => combine(other[i] ?? NaN, value)),
        ),
      ];
    }),
  );
}

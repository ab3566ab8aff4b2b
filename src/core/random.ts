/**
 * Seeded generators, split by name.
 *
 * Every random decision draws from a generator that was handed in. A generator is named by a key: the
 * experiment's seed followed by what the numbers are for, such as `(seed, candidate, 'init')`. Equal keys give
 * equal streams in every thread and process, so results do not depend on who computes them or when.
 */
import seedrandom from 'seedrandom';
import { sha256 } from './hash.js';

export type Key = readonly (string | number)[];

export interface Rng {
  readonly key: Key;
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  bool(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A new array, in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** `count` distinct items, in random order; all of them where there are fewer. */
  sample<T>(items: readonly T[], count: number): T[];
  /** An independent generator; does not advance this one. */
  split(...name: Key): Rng;
}

export function rngOf(...key: Key): Rng {
  // Alea is seeded through a hash, since its own string mixing keeps near keys near.
  const next = seedrandom.alea(sha256(JSON.stringify(key)));
  const int = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1) throw new Error(`int needs a positive bound, got ${bound}`);
    return Math.floor(next.double() * bound);
  };
  const sample = <T>(items: readonly T[], count: number): T[] => {
    const pool = [...items];
    const taken = Math.min(count, pool.length);
    for (let i = 0; i < taken; i++) {
      const j = i + int(pool.length - i);
      [pool[i], pool[j]] = [pool[j] as T, pool[i] as T];
    }
    return pool.slice(0, taken);
  };
  return {
    key,
    float: () => next.double(),
    uniform: (low, high) => low + (high - low) * next.double(),
    int,
    normal: () => Math.sqrt(-2 * Math.log(1 - next.double())) * Math.cos(2 * Math.PI * next.double()),
    bool: (probability) => next.double() < probability,
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new Error('pick needs at least one item');
      return items[int(items.length)] as T;
    },
    shuffle: (items) => sample(items, items.length),
    sample,
    split: (...name) => rngOf(...key, ...name),
  };
}

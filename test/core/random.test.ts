import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';

const draws = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

describe('a keyed generator', () => {
  it('gives the same stream for the same key and another for another key', () => {
    const stream = (...key: (string | number)[]) => {
      const rng = rngOf(...key);
      return draws(20, () => rng.float());
    };
    expect(stream(1, 'ask', 7)).toEqual(stream(1, 'ask', 7));
    expect(stream(1, 'ask', 7)).not.toEqual(stream(1, 'ask', 8));
    expect(stream(1, 'ask', 7)).not.toEqual(stream(1, 'as', 'k7'));
    expect(stream(1, 2)).not.toEqual(stream('1', 2));
  });

  it('does not advance when it is split', () => {
    const split = rngOf('seed');
    split.split('child').float();
    expect(split.float()).toBe(rngOf('seed').float());
  });

  it('splits into streams that are independent of what was drawn before', () => {
    const used = rngOf('seed');
    draws(100, () => used.float());
    expect(used.split('child').float()).toBe(rngOf('seed').split('child').float());
  });

  it('draws integers evenly', () => {
    const rng = rngOf('even');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) {
      const drawn = rng.int(7);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    // Chi-squared with 6 degrees of freedom: 22.46 at p = 0.001.
    const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chi).toBeLessThan(22.46);
  });

  it('draws normals with mean 0 and variance 1', () => {
    const rng = rngOf('normal');
    const values = draws(50_000, () => rng.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(50_000));
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  it('shuffles without losing or repeating an item, and samples distinct ones', () => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const rng = rngOf('shuffle');
    expect([...rng.shuffle(items)].sort((a, b) => a - b)).toEqual(items);
    expect(new Set(rng.sample(items, 20)).size).toBe(20);
    expect(rng.sample(items, 80)).toHaveLength(50);
  });
});

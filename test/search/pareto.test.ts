import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { crowding, dominates, front, hypervolume, ranked, type Point } from '../../src/search/pareto.js';

const own = (point: Point): Point => point;

function cloud(seed: number, count: number, objectives: number): readonly Point[] {
  const rng = rngOf('cloud', seed);
  return Array.from({ length: count }, () => Array.from({ length: objectives }, () => rng.float()));
}

describe('dominance', () => {
  it('needs to be at least as good in everything and better in something', () => {
    expect(dominates([1, 2], [1, 1])).toBe(true);
    expect(dominates([1, 1], [1, 1])).toBe(false);
    expect(dominates([2, 0], [1, 1])).toBe(false);
  });
});

describe.each([1, 2, 3])('the front in %i objectives', (objectives) => {
  it('holds exactly the points that none dominates', () => {
    for (let seed = 0; seed < 20; seed++) {
      const points = cloud(seed, 60, objectives);
      const expected = points.filter((point) => !points.some((other) => dominates(other, point)));
      expect(front(points, own)).toEqual(expected);
    }
  });

  it('has a hypervolume that agrees with counting random darts', () => {
    const points = cloud(1, 12, objectives);
    const darts = cloud(2, 40_000, objectives);
    const hit = darts.filter((dart) => points.some((point) => dart.every((x, k) => x <= (point[k] ?? 0))));
    const reference = Array<number>(objectives).fill(0);
    expect(hypervolume(points, reference)).toBeCloseTo(hit.length / darts.length, 1.7);
  });
});

describe('hypervolume', () => {
  it('adds nothing for points that are not above the reference, and nothing twice', () => {
    expect(hypervolume([[2, 1]], [0, 0])).toBe(2);
    expect(
      hypervolume(
        [
          [2, 1],
          [1, 2],
        ],
        [0, 0],
      ),
    ).toBe(3);
    expect(
      hypervolume(
        [
          [2, 1],
          [2, 1],
          [1, 1],
          [9, -1],
        ],
        [0, 0],
      ),
    ).toBe(2);
    expect(hypervolume([], [0, 0])).toBe(0);
  });
});

describe('ranks and crowding', () => {
  it('ranks in layers, each the front of what is left', () => {
    const points = [
      [3, 1],
      [1, 3],
      [2, 1],
      [1, 1],
    ] as const;
    expect(ranked(points, own)).toEqual([
      [
        [3, 1],
        [1, 3],
      ],
      [[2, 1]],
      [[1, 1]],
    ]);
  });

  it('puts the ends first and a point between near neighbours last', () => {
    const points = [
      [0, 10],
      [4, 6],
      [5, 5],
      [10, 0],
    ] as const;
    const distances = points.map((point) => crowding(points, own).get(point) ?? NaN);
    expect(distances[0]).toBe(Infinity);
    expect(distances[3]).toBe(Infinity);
    expect(distances[1]).toBeCloseTo(0.5 + 0.5, 12);
    expect(distances[2]).toBeCloseTo(0.6 + 0.6, 12);
  });
});

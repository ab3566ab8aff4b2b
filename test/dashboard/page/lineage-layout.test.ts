import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import {
  axes,
  indexOf,
  layoutOf,
  type Axis,
  type Layout,
} from '../../../src/dashboard/page/lineage/geometry/layout.js';
import { pathBetween } from '../../../src/dashboard/page/lineage/geometry/path.js';

/** A family by its parents; numbers count from 0. */
function family(parents: readonly (number | null)[], axis: Axis = 'number'): Layout {
  return layoutOf({ numbers: parents.map((_, i) => i), parents }, axis);
}

function randomFamily(size: number, founders: number, population: number): (number | null)[] {
  const rng = rngOf('family', size);
  return Array.from({ length: size }, (_, i) =>
    i < founders ? null : Math.max(0, i - 1 - rng.int(Math.min(i, population))),
  );
}

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/**
 * Faults of the drawing, which is a vertical at each parent's column and a horizontal in each child's row: a vertical through
 * a horizontal or through a candidate, two horizontals over each other, two candidates at one place.
 */
function faults({ size, columns, rows, parents }: Layout): string[] {
  const edges = range(size).filter((i) => parents[i]! >= 0);
  const isBetween = (value: number, low: number, high: number) => value > low && value < high;
  const found: string[] = [];
  for (const a of edges) {
    const parent = parents[a]!;
    const [column, top, bottom] = [columns[parent]!, rows[parent]!, rows[a]!];
    if (bottom < top) found.push(`${a} lies above ${parent}`);
    for (const b of edges) {
      const [left, right] = [columns[parents[b]!]!, columns[b]!];
      if (isBetween(rows[b]!, top, bottom) && isBetween(column, left, right)) found.push(`${a} crosses ${b}`);
      if (a < b && rows[a] === rows[b] && left < columns[a]! && column < right) found.push(`${a} over ${b}`);
    }
    for (const i of range(size)) {
      if (columns[i] === column && isBetween(rows[i]!, top, bottom)) found.push(`${a} goes through ${i}`);
    }
  }
  const places = new Set(range(size).map((i) => `${columns[i]} ${rows[i]}`));
  if (places.size < size) found.push(`${size - places.size} candidates hidden`);
  return found;
}

/** As equal values, of which large arrays are compared quickly. */
const plain = (layout: Layout): string =>
  JSON.stringify(layout, (_, value: unknown) => (value instanceof Int32Array ? value.join() : value));

describe('a family that has grown', () => {
  it('is laid out as if it had been as large at first', () => {
    for (const [size, founders, population] of [
      [7000, 32, 64],
      [6000, 3, 6000],
      [6000, 2000, 500],
    ] as const) {
      const rng = rngOf('growth', size + founders);
      const parents = randomFamily(size + 400, founders, population);
      for (const axis of axes) {
        let layout = family(parents.slice(0, size), axis);
        for (let end = size; end < parents.length;) {
          end += 1 + rng.int(60);
          const grown = parents.slice(0, end);
          layout = layoutOf({ numbers: grown.map((_, i) => i), parents: grown }, axis, layout);
          expect(plain(layout) === plain(family(grown, axis)), `${end} of ${size}`).toBe(true);
        }
      }
    }
  });

  it('is laid out anew where it is another family, or along the other axis', () => {
    const [one, other] = [randomFamily(6000, 32, 64), randomFamily(6500, 20, 30)];
    const view = { numbers: other.map((_, i) => i), parents: other };
    expect(plain(layoutOf(view, 'number', family(one)))).toBe(plain(family(other)));
    expect(plain(layoutOf(view, 'descent', family(other)))).toBe(plain(family(other, 'descent')));
  });
});

describe('layout of the family', () => {
  it('goes on in the row of the parent through the child with most descendants', () => {
    //  0 ── 1 ── 3 ── 4
    //  └─ 2
    const layout = family([null, 0, 0, 1, 3]);
    expect([...layout.rows]).toEqual([0, 0, 1, 0, 0]);
    expect(layout.rowCount).toBe(2);
    expect([...layout.families]).toEqual([5, 3, 1, 2, 1]);
  });

  it('puts what leaves a row later nearer to it', () => {
    //  0 ── 1 ── 2 ── 3 ── 6, and 4 from 0, 5 from 1
    const layout = family([null, 0, 1, 2, 0, 1, 3]);
    expect([...layout.rows]).toEqual([0, 0, 0, 0, 2, 1, 0]);
  });

  it.each(axes)('lets no line of a small family cross or hide another, with columns by %s', (axis) => {
    for (const [size, founders, population] of [
      [300, 10, 30],
      [200, 1, 200],
      [200, 40, 5],
    ] as const) {
      expect(faults(family(randomFamily(size, founders, population), axis))).toEqual([]);
    }
  });

  it('leaves the rows of those that died out to later ones', () => {
    //  0 ── 2 ── 4 ── 6, where 1, 3 and 5 have no children
    expect(family([null, 0, 0, 2, 2, 4, 4, 6]).rowCount).toBe(2);
  });

  it.each(axes)(
    'lets lines of a large family cross, so that it takes few rows, but none hide another, by %s',
    (axis) => {
      const layout = family(randomFamily(20_000, 20, 50), axis);
      const leaves = layout.families.filter((size) => size === 1).length;
      expect(layout.rowCount).toBeGreaterThan(200);
      expect(layout.rowCount).toBeLessThan(leaves / (axis === 'number' ? 10 : 4));
      const places = new Set(range(layout.size).map((i) => layout.columns[i]! * 1e6 + layout.rows[i]!));
      expect(places.size).toBe(layout.size);
      const taken = new Map<number, number>();
      const byStart = range(layout.size)
        .filter((i) => layout.parents[i]! >= 0)
        .sort((a, b) => layout.columns[layout.parents[a]!]! - layout.columns[layout.parents[b]!]!);
      for (const i of byStart) {
        const row = layout.rows[i]!;
        expect(taken.get(row) ?? 0).toBeLessThanOrEqual(layout.columns[layout.parents[i]!]!);
        taken.set(row, layout.columns[i]!);
      }
    },
  );

  it('is the same for the same family, and does not go deep: a chain of 100,000 is one row', () => {
    const chain = Array.from({ length: 100_000 }, (_, i) => (i === 0 ? null : i - 1));
    const layout = family(chain);
    expect(layout.rowCount).toBe(1);
    expect(layout.families[0]).toBe(100_000);
    expect(Buffer.from(family(chain).rows.buffer).equals(Buffer.from(layout.rows.buffer))).toBe(true);
  });

  it('lays out nothing, one candidate, and numbers with gaps', () => {
    expect(family([]).rowCount).toBe(0);
    expect([...family([null]).rows]).toEqual([0]);
    const gaps = layoutOf({ numbers: [3, 7, 20], parents: [null, 3, 7] }, 'number');
    expect([...gaps.parents]).toEqual([-1, 0, 1]);
    expect(indexOf(gaps.numbers, 20)).toBe(2);
    expect(indexOf(gaps.numbers, 8)).toBe(-1);
  });

  it('takes a parent that does not come before its child for none', () => {
    const layout = layoutOf({ numbers: [0, 1, 2], parents: [2, 1, 9] }, 'number');
    expect([...layout.parents]).toEqual([-1, -1, -1]);
  });
});

describe('path from an ancestor to a candidate', () => {
  const layout = family([null, 0, 0, 1, 3, null]);

  it('begins at the founder, or at the ancestor that is given', () => {
    expect(pathBetween(layout, null, 4).indices).toEqual([0, 1, 3, 4]);
    expect(pathBetween(layout, 1, 4).indices).toEqual([1, 3, 4]);
    expect(pathBetween(layout, 4, 4).indices).toEqual([4]);
  });

  it('names the ancestors where the one given is none', () => {
    expect(pathBetween(layout, 2, 4).problem).toBe(
      'Candidate 2 is no ancestor of candidate 4. Ancestors are 0, 1, 3, 4.',
    );
    expect(pathBetween(layout, null, 99).problem).toBe('There is no candidate 99.');
    expect(pathBetween(layout, 99, 4).problem).toBe('There is no candidate 99.');
  });
});

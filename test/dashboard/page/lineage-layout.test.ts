import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { indexOf, layoutOf, type Layout } from '../../../src/dashboard/page/lineage/layout.js';
import { descentOf, pathBetween } from '../../../src/dashboard/page/lineage/path.js';

/** A family by its parents; numbers count from 0. */
function family(parents: readonly (number | null)[]): Layout {
  const generations: number[] = [];
  for (const parent of parents) generations.push(parent === null ? 0 : (generations[parent] ?? 0) + 1);
  return layoutOf({ numbers: parents.map((_, i) => i), parents, generations });
}

function randomFamily(size: number, founders: number, population: number): (number | null)[] {
  const rng = rngOf('family', size);
  return Array.from({ length: size }, (_, i) =>
    i < founders ? null : Math.max(0, i - 1 - rng.int(Math.min(i, population))),
  );
}

/** Lines of the drawing: a vertical at the parent's x, and a horizontal in the child's row, both without their ends. */
function crossings(layout: Layout, x: ArrayLike<number>): number {
  let count = 0;
  for (let a = 0; a < layout.size; a++) {
    const parent = layout.parents[a]!;
    if (parent < 0) continue;
    const [top, bottom] = [layout.rows[parent]!, layout.rows[a]!];
    for (let b = 0; b < layout.size; b++) {
      const other = layout.parents[b]!;
      if (other < 0) continue;
      const row = layout.rows[b]!;
      if (row > top && row < bottom && x[other]! < x[parent]! && x[parent]! < x[b]!) count++;
    }
  }
  return count;
}

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
    //  0 ── 1 ── 3 ── 5, and 2 from 0, 4 from 1
    const layout = family([null, 0, 0, 1, 1, 3]);
    expect([...layout.rows]).toEqual([0, 0, 2, 0, 1, 0]);
  });

  it('gives every candidate without children a row of its own', () => {
    const layout = family(randomFamily(500, 20, 40));
    const leaves = [...layout.families].filter((size) => size === 1).length;
    expect(layout.rowCount).toBe(leaves);
    const rowsOfLeaves = [...layout.rows].filter((_, i) => layout.families[i] === 1);
    expect(new Set(rowsOfLeaves).size).toBe(leaves);
  });

  it('crosses no lines, by number or by generation', () => {
    const layout = family(randomFamily(300, 10, 30));
    expect(crossings(layout, layout.numbers)).toBe(0);
    expect(crossings(layout, layout.generations)).toBe(0);
  });

  it('keeps a family together: rows of descendants have no gap', () => {
    const layout = family(randomFamily(300, 10, 30));
    for (let founder = 0; founder < 10; founder++) {
      const rows = Array.from({ length: layout.size }, (_, i) => i)
        .filter((i) => descentOf(layout, i)[0] === founder)
        .map((i) => layout.rows[i]!);
      expect(Math.max(...rows) - Math.min(...rows) + 1).toBe(new Set(rows).size);
    }
  });

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
    const gaps = layoutOf({ numbers: [3, 7, 20], parents: [null, 3, 7], generations: [0, 1, 2] });
    expect([...gaps.parents]).toEqual([-1, 0, 1]);
    expect(indexOf(gaps.numbers, 20)).toBe(2);
    expect(indexOf(gaps.numbers, 8)).toBe(-1);
  });

  it('takes a parent that does not come before its child for none', () => {
    const layout = layoutOf({ numbers: [0, 1, 2], parents: [2, 1, 9], generations: [0, 0, 0] });
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

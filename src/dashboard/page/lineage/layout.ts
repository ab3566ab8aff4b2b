/**
 * The family laid out once, in time linear in its size: each candidate gets a row. A line of descent goes on in its
 * parent's row through the child with most descendants (a heavy path; Sleator and Tarjan, "A data structure for dynamic
 * trees", 1983); the other children begin rows below. Branches that leave a row later lie nearer to it, so that no line
 * crosses another, whether x is the number or the generation. The order is of the family alone: no drawing changes it.
 */
import type { LineageView } from '../../views/types.js';

export interface Layout {
  /** Number of candidates. All arrays hold one entry for each, in ascending order of numbers. */
  readonly size: number;
  readonly numbers: Int32Array;
  /** Index of the parent; -1: a founder. */
  readonly parents: Int32Array;
  readonly rows: Int32Array;
  /** Number of rows, which is the number of candidates without children. */
  readonly rowCount: number;
  readonly generations: Int32Array;
  readonly generationCount: number;
  /** Children of `i`: `children[firstChild[i]] … children[firstChild[i + 1] - 1]`, in ascending order. */
  readonly firstChild: Int32Array;
  readonly children: Int32Array;
  /** Number of descendants, the candidate among them. */
  readonly families: Int32Array;
  /** Child that goes on in the candidate's row; -1: none. */
  readonly heirs: Int32Array;
}

/** Returns the index of a candidate by its number, or -1. */
export function indexOf(numbers: Int32Array, number: number): number {
  // Numbers count from 0 without gaps as a rule.
  if (numbers[number] === number) return number;
  let [low, high] = [0, numbers.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = numbers[middle] ?? 0;
    if (found === number) return middle;
    if (found < number) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

export function layoutOf(view: Pick<LineageView, 'numbers' | 'parents' | 'generations'>): Layout {
  const numbers = Int32Array.from(view.numbers);
  const size = numbers.length;
  const parents = new Int32Array(size);
  const generations = new Int32Array(size);
  let generationCount = 0;
  for (let i = 0; i < size; i++) {
    const parent = view.parents[i];
    const found = parent === null || parent === undefined ? -1 : indexOf(numbers, parent);
    // A parent's number is below its child's, in every log; what is not cannot be drawn as one.
    parents[i] = found < i ? found : -1;
    generations[i] = view.generations[i] ?? 0;
    generationCount = Math.max(generationCount, (generations[i] ?? 0) + 1);
  }
  const families = familySizes(parents);
  const { firstChild, children } = childrenOf(parents);
  const heirs = heirsOf(parents, families);
  const { rows, rowCount } = rowsOf(parents, heirs, firstChild, children);
  return {
    size,
    numbers,
    parents,
    rows,
    rowCount,
    generations,
    generationCount,
    firstChild,
    children,
    families,
    heirs,
  };
}

function familySizes(parents: Int32Array): Int32Array {
  const sizes = new Int32Array(parents.length).fill(1);
  for (let i = parents.length - 1; i >= 0; i--) {
    const parent = parents[i] ?? -1;
    if (parent >= 0) sizes[parent] = (sizes[parent] ?? 0) + (sizes[i] ?? 0);
  }
  return sizes;
}

/** Children of all candidates in one array, by a counting sort. */
function childrenOf(parents: Int32Array): Pick<Layout, 'firstChild' | 'children'> {
  const firstChild = new Int32Array(parents.length + 1);
  for (const parent of parents) if (parent >= 0) firstChild[parent + 1] = (firstChild[parent + 1] ?? 0) + 1;
  for (let i = 0; i < parents.length; i++)
    firstChild[i + 1] = (firstChild[i + 1] ?? 0) + (firstChild[i] ?? 0);
  const children = new Int32Array(firstChild[parents.length] ?? 0);
  const next = firstChild.slice();
  for (let i = 0; i < parents.length; i++) {
    const parent = parents[i] ?? -1;
    if (parent < 0) continue;
    const place = next[parent] ?? 0;
    children[place] = i;
    next[parent] = place + 1;
  }
  return { firstChild, children };
}

/** The child with most descendants; the older of equals. */
function heirsOf(parents: Int32Array, families: Int32Array): Int32Array {
  const heirs = new Int32Array(parents.length).fill(-1);
  for (let i = 0; i < parents.length; i++) {
    const parent = parents[i] ?? -1;
    if (parent < 0) continue;
    const heir = heirs[parent] ?? -1;
    if (heir < 0 || (families[i] ?? 0) > (families[heir] ?? 0)) heirs[parent] = i;
  }
  return heirs;
}

function rowsOf(
  parents: Int32Array,
  heirs: Int32Array,
  firstChild: Int32Array,
  children: Int32Array,
): Pick<Layout, 'rows' | 'rowCount'> {
  const rows = new Int32Array(parents.length);
  const stack = new Int32Array(parents.length);
  let height = 0;
  let rowCount = 0;
  for (let i = parents.length - 1; i >= 0; i--) if ((parents[i] ?? -1) < 0) stack[height++] = i;
  while (height > 0) {
    const row = rowCount++;
    // From the head to the end of the row: what leaves last is taken from the stack first.
    for (let i = stack[--height] ?? -1; i >= 0; i = heirs[i] ?? -1) {
      rows[i] = row;
      const heir = heirs[i] ?? -1;
      for (let at = (firstChild[i + 1] ?? 0) - 1; at >= (firstChild[i] ?? 0); at--) {
        const child = children[at] ?? -1;
        if (child !== heir) stack[height++] = child;
      }
    }
  }
  return { rows, rowCount };
}

/**
 * The family laid out once, in time linear in its size: each candidate gets a row (rows.ts). A line of descent goes on in
 * its parent's row through the child with most descendants, a heavy path (Sleator and Tarjan, "A data structure for dynamic
 * trees", 1983). The order is of the family alone: no drawing changes it.
 */
import type { LineageView } from '../../../views/types.js';
import { grownRows, rowsOf, type Rows } from './rows.js';

/** What the columns of the drawing count: candidates, or steps of descent (promotions, too, which keep their generation). */
export const axes = ['number', 'descent'] as const;
export type Axis = (typeof axes)[number];

export interface Layout extends Rows {
  /** Number of candidates. All arrays hold one entry for each, in ascending order of numbers. */
  readonly size: number;
  readonly numbers: Int32Array;
  /** Index of the parent; -1: a founder. */
  readonly parents: Int32Array;
  readonly columns: Int32Array;
  readonly columnCount: number;
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

/** `before`: a layout of the family when it was smaller, or any other; what it shares with this one is not worked out anew. */
export function layoutOf(
  view: Pick<LineageView, 'numbers' | 'parents'>,
  axis: Axis,
  before: Layout | null = null,
): Layout {
  const numbers = new Int32Array(view.numbers);
  const size = numbers.length;
  const parents = new Int32Array(size);
  const columns = axis === 'number' ? numbers : new Int32Array(size);
  let columnCount = 0;
  for (let i = 0; i < size; i++) {
    const parent = view.parents[i];
    const found = parent === null || parent === undefined ? -1 : indexOf(numbers, parent);
    // A parent's number is below its child's, in every log; what is not cannot be drawn as one.
    parents[i] = found < i ? found : -1;
    if (axis === 'descent' && found >= 0 && found < i) columns[i] = (columns[found] ?? 0) + 1;
    columnCount = Math.max(columnCount, (columns[i] ?? 0) + 1);
  }
  const { firstChild, children } = childrenOf(parents);
  const drawn = { size, numbers, parents, columns, columnCount, firstChild, children };
  const grown = before?.blocks && startsWith(parents, before.parents) && startsWith(columns, before.columns);
  if (grown) {
    const { families, heirs, changed } = joined(before, parents);
    return { ...drawn, families, heirs, ...grownRows({ ...drawn, heirs }, before.blocks, changed) };
  }
  const families = familySizes(parents);
  const heirs = heirsOf(parents, families);
  return { ...drawn, families, heirs, ...rowsOf({ ...drawn, heirs }) };
}

function startsWith(values: Int32Array, start: Int32Array): boolean {
  if (start.length > values.length) return false;
  for (let i = 0; i < start.length; i++) if (values[i] !== start[i]) return false;
  return true;
}

/** Families and heirs after more candidates came, and the indices of these and of those that are no longer an heir. */
function joined(
  before: Layout,
  parents: Int32Array,
): Pick<Layout, 'families' | 'heirs'> & { readonly changed: readonly number[] } {
  const families = new Int32Array(parents.length).fill(1);
  const heirs = new Int32Array(parents.length).fill(-1);
  families.set(before.families);
  heirs.set(before.heirs);
  const changed: number[] = [];
  for (let i = before.size; i < parents.length; i++) {
    changed.push(i);
    for (let child = i, at = parents[i] ?? -1; at >= 0; child = at, at = parents[at] ?? -1) {
      families[at] = (families[at] ?? 0) + 1;
      const heir = heirs[at] ?? -1;
      if (heir === child) continue;
      const lead = heir < 0 ? 1 : (families[child] ?? 0) - (families[heir] ?? 0);
      if (lead < 0 || (lead === 0 && child > heir)) continue;
      heirs[at] = child;
      if (heir >= 0) changed.push(heir);
    }
  }
  return { families, heirs, changed };
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

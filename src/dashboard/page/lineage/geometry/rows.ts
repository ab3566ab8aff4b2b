/**
 * Rows of a drawing of the family. A line of descent (a candidate, its heir, the heir's heir …) and all that branches off
 * it is a block: so many rows, from its first column to its last. Branches are put below their line, in one of two ways:
 *
 * - So that no line crosses another (`Skyline`): from the last branch to the first, each over the whole of its columns as
 *   near as those that are there allow. What is put later begins further to the left, so the line down to it meets nothing.
 * - Where that takes more than `TIDY_ROWS` rows, as in all large families, since each branch lies below those that it
 *   outlives, so that most of the picture would be lines on their way down: families that died out leave their rows to
 *   later ones (`Lanes`). Then about as many rows are filled as families lived at once, and lines may cross.
 */
/** As layout.ts describes it. */
interface Tree {
  readonly parents: Int32Array;
  readonly columns: Int32Array;
  readonly firstChild: Int32Array;
  readonly children: Int32Array;
  readonly heirs: Int32Array;
}

export interface Rows {
  readonly rows: Int32Array;
  readonly rowCount: number;
  /** Kept for a family that has grown; null where branches were put without crossings, which is soon done anew. */
  readonly blocks: Blocks | null;
}

/** About as many rows as a screen shows apart. */
const TIDY_ROWS = 200;
/** Larger families are not even tried. */
const TIDY_SIZE = 5000;

export function rowsOf(tree: Tree): Rows {
  const size = tree.parents.length;
  if (size <= TIDY_SIZE) {
    const tidy = packed(tree, noBlocks(size), new Skyline(size), null);
    if (tidy.rowCount <= TIDY_ROWS) return { ...tidy, blocks: null };
  }
  const blocks = noBlocks(size);
  return { ...packed(tree, blocks, new Lanes(size), null), blocks };
}

/**
 * The rows of a family that has grown, as `rowsOf` gives them. `before`: blocks of the smaller one. Blocks that hold neither a new
 * candidate nor another line than before are as they were. `changed`: indices of the new candidates and of those whose heir is another.
 */
export function grownRows(tree: Tree, before: Blocks, changed: readonly number[]): Rows {
  const { parents, heirs } = tree;
  const size = parents.length;
  const isHead = (i: number) => (parents[i] ?? -1) < 0 || heirs[parents[i] ?? 0] !== i;
  const heads = new Set<number>();
  for (const start of changed) {
    // Up to the head of the line, and on to the line that this one leaves.
    for (let i = start; i >= 0 && !heads.has(i); i = parents[i] ?? -1) if (isHead(i)) heads.add(i);
  }
  const blocks = noBlocks(size);
  for (const part of ['heights', 'ends', 'offsets'] as const) {
    blocks[part].set(before[part]);
    // What became an heir heads no line any more.
    for (const i of changed) {
      const heir = heirs[parents[i] ?? -1] ?? -1;
      if (heir >= 0) blocks[part][heir] = 0;
    }
  }
  const ordered = [...heads].sort((a, b) => b - a);
  return { ...packed(tree, blocks, new Lanes(size), ordered), blocks };
}

/** A way to put blocks below a line. */
interface Ground {
  /** True where blocks are to be put from the last to the first. */
  readonly fromLast: boolean;
  clear(): void;
  /** Puts a block over the columns from `start` to `end`; returns its first row, which is at least `least`. */
  put(start: number, end: number, height: number, least: number): number;
}

/** Of the head of each line: rows of its block, its last column, and its row below the line that it leaves. */
export interface Blocks {
  readonly heights: Int32Array;
  readonly ends: Int32Array;
  readonly offsets: Int32Array;
}

function noBlocks(size: number): Blocks {
  return { heights: new Int32Array(size), ends: new Int32Array(size), offsets: new Int32Array(size) };
}

/** `heads`: the lines whose blocks are to be worked out, descending; null: all. */
function packed(
  tree: Tree,
  blocks: Blocks,
  ground: Ground,
  heads: readonly number[] | null,
): Omit<Rows, 'blocks'> {
  const { parents, heirs } = tree;
  const size = parents.length;
  const branches = new Int32Array(size);
  if (heads === null) {
    for (let head = size - 1; head >= 0; head--) {
      const parent = parents[head] ?? -1;
      if (parent < 0 || heirs[parent] !== head) putBranches(tree, blocks, ground, head, branches);
    }
  } else for (const head of heads) putBranches(tree, blocks, ground, head, branches);
  let founders = 0;
  for (let i = 0; i < size; i++) if ((parents[i] ?? -1) < 0) branches[founders++] = i;
  const rowCount = putAll(tree, blocks, ground, branches.subarray(0, founders), 0);
  const rows = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const parent = parents[i] ?? -1;
    const above = parent < 0 ? 0 : (rows[parent] ?? 0);
    rows[i] = parent >= 0 && heirs[parent] === i ? above : above + (blocks.offsets[i] ?? 0);
  }
  return { rows, rowCount };
}

/** Works out the block of the line that begins at `head`, of which all branches are known. `branches`: memory to work in. */
function putBranches(tree: Tree, blocks: Blocks, ground: Ground, head: number, branches: Int32Array): void {
  const { count, last } = branchesOf(tree, head, branches);
  blocks.heights[head] = putAll(tree, blocks, ground, branches.subarray(0, count), 1);
  let end = tree.columns[last] ?? 0;
  for (let at = 0; at < count; at++) end = Math.max(end, blocks.ends[branches[at] ?? 0] ?? 0);
  blocks.ends[head] = end;
}

/** Writes what branches off a line to `into`, from its first candidate to its last. */
function branchesOf(
  { heirs, firstChild, children }: Tree,
  head: number,
  into: Int32Array,
): { readonly count: number; readonly last: number } {
  let count = 0;
  let last = head;
  for (let i = head; i >= 0; i = heirs[i] ?? -1) {
    last = i;
    for (let at = firstChild[i] ?? 0; at < (firstChild[i + 1] ?? 0); at++) {
      const child = children[at] ?? 0;
      if (child !== heirs[i]) into[count++] = child;
    }
  }
  return { count, last };
}

/** Puts the blocks of `heads`; returns the number of rows that they take with the `least` ones above them. */
function putAll(
  { parents, columns }: Tree,
  { heights, ends, offsets }: Blocks,
  ground: Ground,
  heads: Int32Array,
  least: number,
): number {
  ground.clear();
  let rows = least;
  for (let at = 0; at < heads.length; at++) {
    const head = heads[ground.fromLast ? heads.length - 1 - at : at] ?? 0;
    const parent = parents[head] ?? -1;
    const height = heights[head] ?? 1;
    // A branch begins where it leaves its line.
    const start = columns[parent < 0 ? head : parent] ?? 0;
    const offset = ground.put(start, ends[head] ?? 0, height, least);
    offsets[head] = offset;
    rows = Math.max(rows, offset + height);
  }
  return rows;
}

/**
 * Lower edge of the blocks that were put so far, each further to the left than those before: a stack of segments, the
 * leftmost on top. Each block pops what it covers, so that all of it is linear in the number of blocks.
 */
class Skyline implements Ground {
  readonly fromLast = true;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly edges: Int32Array;
  private count = 0;

  constructor(size: number) {
    this.starts = new Int32Array(size + 1);
    this.ends = new Int32Array(size + 1);
    this.edges = new Int32Array(size + 1);
  }

  clear(): void {
    this.count = 0;
  }

  put(start: number, end: number, height: number, least: number): number {
    let row = least;
    while (this.count > 0) {
      const top = this.count - 1;
      if ((this.starts[top] ?? 0) > end) break;
      row = Math.max(row, this.edges[top] ?? 0);
      if ((this.ends[top] ?? 0) > end) {
        this.starts[top] = end + 1;
        break;
      }
      this.count = top;
    }
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.edges[this.count] = row + height;
    this.count += 1;
    return row;
  }
}

/** Rows with the last column that is taken in each. A block goes to the first rows that are free, among the `SEARCHED` upper ones. */
class Lanes implements Ground {
  readonly fromLast = false;
  private readonly taken: Int32Array;
  private used = 0;

  constructor(size: number) {
    this.taken = new Int32Array(size + 1);
  }

  clear(): void {
    this.used = 0;
  }

  put(start: number, end: number, height: number, least: number): number {
    const row = this.free(start, height, least);
    for (let at = this.used; at < row; at++) this.taken[at] = -1;
    this.taken.fill(end, row, row + height);
    this.used = Math.max(this.used, row + height);
    return row;
  }

  /** First of `height` rows that are free from `start` on; below all that are used where there are none. */
  private free(start: number, height: number, least: number): number {
    let first = least;
    for (let row = least; row < Math.min(this.used, SEARCHED); row++) {
      if ((this.taken[row] ?? 0) >= start) first = row + 1;
      else if (row - first + 1 === height) return first;
    }
    return this.used > SEARCHED ? this.used : first;
  }
}

/** Bounds the work where thousands of families live at once. */
const SEARCHED = 500;

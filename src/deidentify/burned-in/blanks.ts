/** Blanked pixels of a picture, which grow while text is found, and how a frame is looked at without them. */
import { clipped, type Box, type Look } from './look.js';

/** Part of a box that makes it worth another look; edges of blanked rectangles may look like letters. */
const HARDLY = 0.1;
/** Pixels around a box whose look may have changed with it. */
const AROUND = 48;

export class Blanks {
  /** `[rows, columns]`, 1 where a pixel is blanked. */
  readonly blanked: Uint8Array;

  constructor(
    private readonly columns: number,
    private readonly rows: number,
  ) {
    this.blanked = new Uint8Array(columns * rows);
  }

  fill(box: Box): void {
    fill(this.blanked, this.columns, box);
  }

  /** Blanks whatever is 0 in the sector. */
  keepOnly(sector: Uint8Array): void {
    for (let i = 0; i < sector.length; i++) if (sector[i] === 0) this.blanked[i] = 1;
  }

  /** The smallest rectangle that holds all pixels that are not blanked; none where none is left. */
  kept(): Box[] {
    let [left, right, top, bottom] = [this.columns, 0, this.rows, 0];
    for (let y = 0; y < this.rows; y++) {
      const row = this.blanked.subarray(y * this.columns, (y + 1) * this.columns);
      const [first, last] = [row.indexOf(0), row.lastIndexOf(0)];
      if (first === -1) continue;
      left = Math.min(left, first);
      right = Math.max(right, last + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
    return bottom === 0 ? [] : [{ left, top, right, bottom }];
  }

  /** Rectangles that hold boxes with their surroundings; none of them meets another. */
  around(boxes: readonly Box[]): Box[] {
    let merged: Box[] = [];
    for (const { left, top, right, bottom } of boxes) {
      const wide = { left: left - AROUND, top: top - AROUND, right: right + AROUND, bottom: bottom + AROUND };
      let all = clipped(wide, this.columns, this.rows);
      for (let met = [all]; met.length > 0;) {
        const one = all;
        met = merged.filter((other) => meets(one, other));
        merged = merged.filter((other) => !met.includes(other));
        all = [all, ...met].reduce(hullOfTwo);
      }
      merged.push(all);
    }
    return merged;
  }

  /** True where hardly a pixel of a box is left. */
  holds({ left, right, top, bottom }: Box): boolean {
    let open = 0;
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) open += 1 - (this.blanked[y * this.columns + x] as number);
    return open < HARDLY * (right - left) * (bottom - top);
  }

  /** True if two looks show the same where nothing is blanked. */
  areAlike(a: Look, b: Look): boolean {
    for (let i = 0; i < this.blanked.length; i++)
      if (this.blanked[i] === 0)
        for (let at = 3 * i; at < 3 * i + 3; at++) if (a.data[at] !== b.data[at]) return false;
    return true;
  }

  /**
   * The look with blanked pixels bridged from left to right, since the edges of black rectangles look like letters
   * themselves.
   */
  bridged(look: Look): Look {
    const { columns, rows } = this;
    const data = look.data.slice();
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        if (this.blanked[y * columns + x] === 0) continue;
        const start = x;
        while (x < columns && this.blanked[y * columns + x] === 1) x++;
        bridge(data.subarray(3 * y * columns, 3 * (y + 1) * columns), start, x);
      }
    return { ...look, data };
  }
}

/** True if two rectangles have a pixel in common. */
export function meets(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function hullOfTwo(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** Replaces the pixels `[start, end)` of a row by a line between their neighbours; black stands for what is beyond the row. */
function bridge(row: Uint8Array, start: number, end: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const around = (x: number): number => row[3 * x + channel] ?? 0;
    const [left, right] = [around(start - 1), around(end)];
    for (let x = start; x < end; x++)
      row[3 * x + channel] = left + ((right - left) * (x - start + 1)) / (end - start + 1);
  }
}

/** Blanks a rectangle. */
export function fill(blanked: Uint8Array, columns: number, box: Box): void {
  const { left, right, top, bottom } = clipped(box, columns, blanked.length / columns);
  for (let y = top; y < bottom; y++) blanked.fill(1, y * columns + left, y * columns + right);
}

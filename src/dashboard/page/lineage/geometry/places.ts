/** Places of candidates in a drawing of the family, and which of them are in sight. */
import type { Layout } from './layout.js';
import type { Extent, Viewport } from './viewport.js';

/** A family ready to be drawn. */
export interface Places {
  readonly layout: Layout;
  readonly extent: Extent;
  /** Lowest row that a child of each candidate lies in; its own row where it has none. */
  readonly reach: Int32Array;
}

export function placesOf(layout: Layout): Places {
  const reach = layout.rows.slice();
  for (let i = 0; i < layout.size; i++) {
    const parent = layout.parents[i] ?? -1;
    if (parent >= 0) reach[parent] = Math.max(reach[parent] ?? 0, layout.rows[i] ?? 0);
  }
  return { layout, reach, extent: { columns: layout.columnCount, rows: layout.rowCount } };
}

/** Columns and rows that a viewport shows, ends included. */
export interface Window {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function windowOf(viewport: Viewport): Window {
  const { width, height, scaleX, scaleY, offsetX, offsetY } = viewport;
  return {
    left: -offsetX / scaleX,
    right: (width - offsetX) / scaleX,
    top: -offsetY / scaleY,
    bottom: (height - offsetY) / scaleY,
  };
}

/** Number of candidates in the window, counted no further than to `most + 1`. */
export function countVisible(places: Places, window: Window, most: number): number {
  const { layout } = places;
  const { columns } = layout;
  let count = 0;
  for (let i = 0; i < layout.size && count <= most; i++) {
    const [column, row] = [columns[i] ?? 0, layout.rows[i] ?? 0];
    if (column >= window.left && column <= window.right && row >= window.top && row <= window.bottom) count++;
  }
  return count;
}

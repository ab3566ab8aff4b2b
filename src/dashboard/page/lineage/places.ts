/** Places of candidates in a drawing of the family: x by number or by generation, y by row. */
import type { Layout } from './layout.js';
import type { Extent, Viewport } from './viewport.js';

export const axes = ['number', 'generation'] as const;
export type Axis = (typeof axes)[number];

/** A family ready to be drawn. */
export interface Places {
  readonly layout: Layout;
  readonly extent: Extent;
  /** Column of each candidate. */
  readonly columns: Int32Array;
  /** Lowest row that a child of each candidate lies in; its own row where it has none. */
  readonly reach: Int32Array;
}

export function placesOf(layout: Layout, axis: Axis): Places {
  const reach = layout.rows.slice();
  for (let i = 0; i < layout.size; i++) {
    const parent = layout.parents[i] ?? -1;
    if (parent >= 0) reach[parent] = Math.max(reach[parent] ?? 0, layout.rows[i] ?? 0);
  }
  const columns = axis === 'number' ? layout.numbers : layout.generations;
  const last = layout.numbers[layout.size - 1] ?? 0;
  return {
    layout,
    columns,
    reach,
    extent: {
      columns: axis === 'number' ? last + 1 : layout.generationCount,
      rows: layout.rowCount,
    },
  };
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
  const { columns, layout } = places;
  let count = 0;
  for (let i = 0; i < layout.size && count <= most; i++) {
    const [column, row] = [columns[i] ?? 0, layout.rows[i] ?? 0];
    if (column >= window.left && column <= window.right && row >= window.top && row <= window.bottom) count++;
  }
  return count;
}

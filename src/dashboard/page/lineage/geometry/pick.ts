/** What lies under the pointer: a candidate, or the edge that leads to one. A flat pass over the family, under 1 ms. */
import type { Places } from './places.js';
import type { Viewport } from './viewport.js';

export interface Picked {
  readonly kind: 'candidate' | 'edge';
  /** Index of the candidate, or of the one that the edge leads to. */
  readonly index: number;
}

/** Pixels from the pointer within which something counts as meant. */
const NEAR = 10;
const NEAR_EDGE = 5;

/** The nearest candidate, else the nearest edge; null where there is neither. `x` and `y` in CSS pixels. */
export function pick(places: Places, viewport: Viewport, x: number, y: number): Picked | null {
  const candidate = nearest(places, NEAR, (i) => distanceTo(places, viewport, i, x, y));
  if (candidate >= 0) return { kind: 'candidate', index: candidate };
  const edge = nearest(places, NEAR_EDGE, (i) => distanceToEdge(places, viewport, i, x, y));
  return edge >= 0 ? { kind: 'edge', index: edge } : null;
}

/** Index of the smallest distance within `most`; -1 where all are beyond. */
function nearest(places: Places, most: number, distance: (index: number) => number): number {
  let found = -1;
  let least = most;
  for (let i = 0; i < places.layout.size; i++) {
    const far = distance(i);
    if (far < least || (far === least && found < 0)) [found, least] = [i, far];
  }
  return found;
}

function distanceTo(places: Places, viewport: Viewport, i: number, x: number, y: number): number {
  const dx = viewport.scaleX * (places.layout.columns[i] ?? 0) + viewport.offsetX - x;
  const dy = viewport.scaleY * (places.layout.rows[i] ?? 0) + viewport.offsetY - y;
  return Math.hypot(dx, dy);
}

/** Distance to the two lines of an edge: down from the parent, and along the child's row. */
function distanceToEdge(places: Places, viewport: Viewport, i: number, x: number, y: number): number {
  const parent = places.layout.parents[i] ?? -1;
  if (parent < 0) return Infinity;
  const { scaleX, scaleY, offsetX, offsetY } = viewport;
  const left = scaleX * (places.layout.columns[parent] ?? 0) + offsetX;
  const right = scaleX * (places.layout.columns[i] ?? 0) + offsetX;
  const top = scaleY * (places.layout.rows[parent] ?? 0) + offsetY;
  const bottom = scaleY * (places.layout.rows[i] ?? 0) + offsetY;
  const along = Math.hypot(Math.max(0, left - x, x - right), bottom - y);
  const down = Math.hypot(left - x, Math.max(0, top - y, y - bottom));
  return Math.min(along, down);
}

/**
 * Polygons to pixels. Pixel i covers [i, i + 1) of the plane, and belongs to a polygon if its centre, i + ½, lies inside by the
 * even-odd rule; centres on the left or upper edge are inside, those on the right or lower edge are not, so that polygons that
 * share an edge share no pixel.
 *
 * Source: Foley, van Dam, Feiner, Hughes, Computer Graphics (1990), section 3.6 (scan conversion of polygons).
 */

/** Vertices one after another, `x, y, x, y, …`; the last is joined to the first. */
export type Ring = Float64Array;

/** A mask to draw on. */
export interface Canvas {
  /** `[y, x]`. */
  readonly pixels: Uint8Array;
  readonly columns: number;
  readonly rows: number;
}

/** Crossings of edges and rows that one shape may have: what a person draws has some thousands. */
export const MOST_CROSSINGS = 2 ** 24;

/** Number of crossings of edges with rows of the canvas. */
function crossingsOf(rings: readonly Ring[], rows: number): number {
  let crossings = 0;
  for (const ring of rings)
    eachEdge(ring, (_, y1, __, y2) => {
      const [first, last] = rowsBetween(y1, y2, rows);
      crossings += Math.max(0, last - first);
    });
  return crossings;
}

/**
 * Sets the pixels inside to `value`; where several rings are given, a pixel is inside if it is inside an odd number of them,
 * so that a ring within a ring is a hole. Throws `RangeError` for more than `MOST_CROSSINGS` crossings.
 */
export function fillRings({ pixels, columns, rows }: Canvas, rings: readonly Ring[], value: 0 | 1): void {
  const total = crossingsOf(rings, rows);
  if (total > MOST_CROSSINGS) throw new RangeError(`${total} crossings`);
  const byRow: number[][] = [];
  for (const ring of rings)
    eachEdge(ring, (x1, y1, x2, y2) => {
      const [first, last] = rowsBetween(y1, y2, rows);
      for (let row = first; row < last; row++)
        (byRow[row] ??= []).push(x1 + ((row + 0.5 - y1) / (y2 - y1)) * (x2 - x1));
    });
  byRow.forEach((crossings, row) => {
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = clamp(Math.ceil((crossings[i] as number) - 0.5), columns);
      const to = clamp(Math.ceil((crossings[i + 1] as number) - 0.5), columns);
      pixels.fill(value, row * columns + from, row * columns + to);
    }
  });
}

/** Rows whose centres lie between the heights, the upper included, the lower not; as a half-open range. */
function rowsBetween(y1: number, y2: number, rows: number): readonly [number, number] {
  return [clamp(Math.ceil(Math.min(y1, y2) - 0.5), rows), clamp(Math.ceil(Math.max(y1, y2) - 0.5), rows)];
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));

function eachEdge(ring: Ring, visit: (x1: number, y1: number, x2: number, y2: number) => void): void {
  for (let at = 0, before = ring.length - 2; at < ring.length; before = at, at += 2)
    visit(ring[before] as number, ring[before + 1] as number, ring[at] as number, ring[at + 1] as number);
}

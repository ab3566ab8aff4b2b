/**
 * Pixels to polygons along their edges, exactly: filled again by `polygon.ts` they give the same pixels.
 *
 * Every edge between a marked pixel and one that is not has the marked one on its right. Where two marked pixels touch at a corner
 * alone, the outline turns right there, so that they are two outlines: pixels belong together by their edges.
 */
import { fillRings, type Canvas, type Ring } from './polygon.js';

/** Outlines, and holes that are taken out of all of them together. */
export interface Outlines {
  readonly inside: readonly Ring[];
  readonly outside: readonly Ring[];
}

/**
 * Outlines of what is marked. What lies within a hole comes in outlines of its own, since holes are taken out of all that is
 * outlined with them; so there are as many as islands are nested, and mostly one.
 */
export function outlinesOf({ pixels, columns, rows }: Canvas): Outlines[] {
  const found: Outlines[] = [];
  const rest = Uint8Array.from(pixels);
  while (rest.some((value) => value !== 0)) {
    const traced = tracedRings({ pixels: rest, columns, rows });
    const own = { pixels: new Uint8Array(rest.length), columns, rows };
    for (const { ring, hole } of traced) if (!hole) fillRings(own, [ring], 1);
    for (const { ring, hole } of traced) if (hole) fillRings(own, [ring], 0);
    const kept = traced.filter(({ pixel }) => own.pixels[pixel] === 1);
    found.push({
      inside: kept.filter(({ hole }) => !hole).map(({ ring }) => ring),
      outside: kept.filter(({ hole }) => hole).map(({ ring }) => ring),
    });
    own.pixels.forEach((value, i) => {
      if (value === 1) rest[i] = 0;
    });
  }
  return found;
}

interface Traced {
  readonly ring: Ring;
  /** A marked pixel beside it. */
  readonly pixel: number;
  readonly hole: boolean;
}

/** Right, down, left, up: each the right turn of the one before; and the pixel on the right, from the corner it starts at. */
const STEPS = [
  { x: 1, y: 0, pixel: [0, 0] },
  { x: 0, y: 1, pixel: [-1, 0] },
  { x: -1, y: 0, pixel: [-1, -1] },
  { x: 0, y: -1, pixel: [0, -1] },
] as const;

function tracedRings(canvas: Canvas): Traced[] {
  const { columns, rows } = canvas;
  const edges = edgesOf(canvas);
  const traced = new Uint8Array(edges.length);
  const rings: Traced[] = [];
  for (let corner = 0; corner < edges.length; corner++)
    for (let way = 0; way < 4; way++) {
      const open = (edges[corner] as number) & ~(traced[corner] as number) & (1 << way);
      if (open === 0) continue;
      const { ring, area } = trace({ edges, traced, across: columns + 1 }, corner, way);
      const [x, y] = STEPS[way as 0].pixel;
      const [column, row] = [(corner % (columns + 1)) + x, Math.floor(corner / (columns + 1)) + y];
      rings.push({ ring, pixel: Math.min(row, rows - 1) * columns + column, hole: area < 0 });
    }
  return rings;
}

/** For each corner of pixels, `[y, x]` of `(rows + 1) × (columns + 1)`, the ways that edges leave it, one bit a way. */
function edgesOf({ pixels, columns, rows }: Canvas): Uint8Array {
  const edges = new Uint8Array((columns + 1) * (rows + 1));
  const on = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < columns && y < rows && pixels[y * columns + x] !== 0;
  const leave = (x: number, y: number, way: number): void => {
    const corner = y * (columns + 1) + x;
    edges[corner] = (edges[corner] as number) | (1 << way);
  };
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if (pixels[y * columns + x] === 0) continue;
      if (!on(x, y - 1)) leave(x, y, 0);
      if (!on(x + 1, y)) leave(x + 1, y, 1);
      if (!on(x, y + 1)) leave(x + 1, y + 1, 2);
      if (!on(x - 1, y)) leave(x, y + 1, 3);
    }
  return edges;
}

interface Edges {
  readonly edges: Uint8Array;
  /** Those that belong to an outline already. */
  readonly traced: Uint8Array;
  /** Corners in a row. */
  readonly across: number;
}

/** Follows edges until they close; only corners where they turn are kept. Twice the area is below 0 around a hole. */
function trace({ edges, traced, across }: Edges, start: number, first: number): { ring: Ring; area: number } {
  const points: number[] = [];
  let [corner, way, area] = [start, first, 0];
  do {
    traced[corner] = (traced[corner] as number) | (1 << way);
    const { x, y } = STEPS[way as 0];
    const [column, row] = [corner % across, Math.floor(corner / across)];
    area += column * y - row * x;
    corner += x + y * across;
    const leaving = edges[corner] as number;
    const next =
      [1, 0, 3].map((turn) => (way + turn) % 4).find((each) => (leaving & (1 << each)) !== 0) ?? way;
    if (next !== way) points.push(column + x, row + y);
    way = next;
  } while (corner !== start || way !== first);
  return { ring: Float64Array.from(points), area };
}

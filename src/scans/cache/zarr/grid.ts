/**
 * Grid of chunks into which an array `[C, D, H, W]` is divided, and the chunks that a box touches.
 */
import type { Triple } from '../../../core/tensor.js';
import { ORIGIN, type Place } from '../../sampling/boxes.js';

/** `[C, D, H, W]`; a mask has one channel. */
export type Extents = readonly [number, number, number, number];

/** Maximum voxels of a chunk along an axis: about a crop's, so that little is decoded in vain. */
const LONGEST = 32;

export interface Grid {
  readonly shape: Extents;
  /** Voxels of a chunk `[D, H, W]`; chunks hold one channel. */
  readonly chunk: Triple;
  /** Chunks along `[C, D, H, W]`. */
  readonly counts: Extents;
}

/** Divides each axis into equal parts, so that the last chunk is hardly padded. */
export function gridOf(shape: Extents): Grid {
  const [channels, depth, height, width] = shape;
  const parts = (extent: number): number => Math.ceil(extent / LONGEST);
  const chunk: Triple = [
    Math.ceil(depth / parts(depth)),
    Math.ceil(height / parts(height)),
    Math.ceil(width / parts(width)),
  ];
  const counts: Extents = [
    channels,
    Math.ceil(depth / chunk[0]),
    Math.ceil(height / chunk[1]),
    Math.ceil(width / chunk[2]),
  ];
  return { shape, chunk, counts };
}

export function chunkCount({ counts }: Grid): number {
  return counts[0] * counts[1] * counts[2] * counts[3];
}

/** The part of a box that lies in one chunk. */
export interface Part {
  /** Number of the chunk in the grid, row-major. */
  readonly index: number;
  readonly inChunk: Place;
  /** Its place in the array of the box, over all channels. */
  readonly inBox: Place;
  readonly size: Triple;
}

/** Divides a box of `size` `[D, H, W]` at `corner` into its parts in chunks, over all channels. */
export function partsOf(grid: Grid, corner: Triple, size: Triple): Part[] {
  const { chunk, counts, shape } = grid;
  const [along0, along1, along2] = ([0, 1, 2] as const).map((axis) =>
    spans(corner[axis], size[axis], chunk[axis]),
  ) as [Span[], Span[], Span[]];
  const parts: Part[] = [];
  for (let c = 0; c < shape[0]; c++) {
    const offset = c * size[0] * size[1] * size[2];
    for (const d of along0) {
      for (const h of along1) {
        for (const w of along2) {
          parts.push({
            index: ((c * counts[1] + d.chunk) * counts[2] + h.chunk) * counts[3] + w.chunk,
            inChunk: { offset: 0, shape: chunk, corner: [d.inChunk, h.inChunk, w.inChunk] },
            inBox: { offset, shape: size, corner: [d.inBox, h.inBox, w.inBox] },
            size: [d.extent, h.extent, w.extent],
          });
        }
      }
    }
  }
  return parts;
}

/** All chunks of the array, each with its part. */
export function allParts(grid: Grid): Part[] {
  const [, depth, height, width] = grid.shape;
  return partsOf(grid, ORIGIN, [depth, height, width]);
}

interface Span {
  readonly chunk: number;
  readonly inChunk: number;
  readonly inBox: number;
  readonly extent: number;
}

function spans(from: number, extent: number, chunk: number): Span[] {
  const found: Span[] = [];
  for (let at = from; at < from + extent;) {
    const index = Math.floor(at / chunk);
    const end = Math.min(from + extent, (index + 1) * chunk);
    found.push({ chunk: index, inChunk: at - index * chunk, inBox: at - from, extent: end - at });
    at = end;
  }
  return found;
}

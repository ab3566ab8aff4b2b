/**
 * Contact sheet of prepared scans: for each, its middle axial, coronal and sagittal slice, or for a clip eight frames that
 * are spread evenly from the first to the last, in two rows.
 *
 * Anterior and superior are up, and the patient's right is right; clips keep their orientation. Pixels keep their
 * aspect ratio in the body. Grey values span the 1st to the 99th percentile of the volume.
 */
import { encode } from 'fast-png';
import { percentileWithin } from './preprocess/intensity.js';
import type { PreparedVolume } from './preprocess/volumes.js';

/** Side of a tile, space between those of a scan, and between scans, in pixels. */
const TILE = 160;
const SEAM = 2;
const GAP = 10;
/** Frames of a clip that are drawn, where it has as many. */
const FRAMES = 8;
/** Tiles of a scan in a row, at most. */
const TILES_ACROSS = 4;
const SCANS_ACROSS = 3;
const BACKGROUND = 24;

export interface Tile {
  /** Grey values, `[TILE, TILE]`. */
  readonly pixels: Uint8Array;
}

/** A slice through a volume: index of pixel `(row, column)`, and distances between pixels. */
interface Cut {
  readonly rows: number;
  readonly columns: number;
  readonly aspect: readonly [rowSize: number, columnSize: number];
  readonly at: (row: number, column: number) => number;
}

/** Grey values drawn as black and as white. */
export type Window = readonly [low: number, high: number];

export function windowOf(voxels: Float32Array): Window {
  const low = percentileWithin(voxels, 1);
  return [low, Math.max(percentileWithin(voxels, 99), low + 1e-6)];
}

export function tilesOf(volume: PreparedVolume, [low, high] = windowOf(volume.voxels)): Tile[] {
  return cutsOf(volume).map((cut) => ({ pixels: drawn(volume.voxels, cut, low, high) }));
}

function cutsOf({ shape, spacing, frameTime }: PreparedVolume): Cut[] {
  const [, depth, height, width] = shape;
  const index = (d: number, h: number, w: number): number => (d * height + h) * width + w;
  const [middleD, middleH, middleW] = [depth, height, width].map((n) => Math.floor(n / 2)) as [
    number,
    number,
    number,
  ];
  if (frameTime !== null) {
    return framesOf(depth).map((frame) => ({
      rows: height,
      columns: width,
      aspect: [spacing[1], spacing[2]],
      at: (row, column) => index(frame, row, column),
    }));
  }
  return [
    {
      rows: height,
      columns: width,
      aspect: [spacing[1], spacing[2]],
      at: (row, column) => index(middleD, height - 1 - row, column),
    },
    {
      rows: depth,
      columns: width,
      aspect: [spacing[0], spacing[2]],
      at: (row, column) => index(depth - 1 - row, middleH, column),
    },
    {
      rows: depth,
      columns: height,
      aspect: [spacing[0], spacing[1]],
      at: (row, column) => index(depth - 1 - row, column, middleW),
    },
  ];
}

/** Indices of frames from the first to the last, spread evenly. */
function framesOf(count: number): number[] {
  if (count <= FRAMES) return Array.from({ length: count }, (_, frame) => frame);
  return Array.from({ length: FRAMES }, (_, i) => Math.round((i * (count - 1)) / (FRAMES - 1)));
}

/** Draws the cut as large as fits a tile, each pixel from the nearest voxel. */
function drawn(voxels: Float32Array, cut: Cut, low: number, high: number): Uint8Array {
  const pixels = new Uint8Array(TILE * TILE);
  const [tall, wide] = [cut.rows * cut.aspect[0], cut.columns * cut.aspect[1]];
  const scale = TILE / Math.max(tall, wide);
  const rows = Math.max(1, Math.round(tall * scale));
  const columns = Math.max(1, Math.round(wide * scale));
  const [top, left] = [Math.floor((TILE - rows) / 2), Math.floor((TILE - columns) / 2)];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const row = Math.min(cut.rows - 1, Math.floor(((y + 0.5) * cut.rows) / rows));
      const column = Math.min(cut.columns - 1, Math.floor(((x + 0.5) * cut.columns) / columns));
      const value = ((voxels[cut.at(row, column)] as number) - low) / (high - low);
      pixels[(y + top) * TILE + x + left] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return pixels;
}

/** Draws the sheet as a PNG file; scans run from left to right, then down. */
export function contactSheet(scans: readonly (readonly Tile[])[]): Uint8Array {
  const tiles = Math.max(1, ...scans.map(({ length }) => length));
  const inRow = Math.min(tiles, TILES_ACROSS);
  const across = Math.min(SCANS_ACROSS, Math.max(1, scans.length));
  const extent = (count: number): number => count * (TILE + SEAM) - SEAM;
  const [stepX, stepY] = [extent(inRow) + GAP, extent(Math.ceil(tiles / inRow)) + GAP];
  const width = across * stepX - GAP;
  const height = Math.max(1, Math.ceil(scans.length / across)) * stepY - GAP;
  const data = new Uint8Array(width * height).fill(BACKGROUND);
  scans.forEach((own, scan) => {
    const [x0, y0] = [(scan % across) * stepX, Math.floor(scan / across) * stepY];
    own.forEach(({ pixels }, tile) => {
      const x = x0 + (tile % inRow) * (TILE + SEAM);
      const top = y0 + Math.floor(tile / inRow) * (TILE + SEAM);
      for (let y = 0; y < TILE; y++)
        data.set(pixels.subarray(y * TILE, (y + 1) * TILE), (top + y) * width + x);
    });
  });
  return encode({ width, height, data, channels: 1, depth: 8 });
}

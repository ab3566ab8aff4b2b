/**
 * The corruptions of Models Genesis (Zhou et al., MICCAI 2019, section 2), each on one normalised channel
 * `[D, H, W]`, in place.
 */
import type { Triple } from '../src/core/tensor.js';
import type { Rng } from '../src/core/random.js';

/**
 * Intensities mapped by a monotone cubic Bézier curve from (0, 0) to (1, 1), or falling from (0, 1) to (1, 0), over
 * the channel's range.
 */
export function mapIntensities(voxels: Float32Array, rng: Rng): void {
  const ends = rng.bool(0.5) ? ([0, 1] as const) : ([1, 0] as const);
  const x = [0, rng.float(), rng.float(), 1] as const;
  const y = [ends[0], rng.float(), rng.float(), ends[1]] as const;
  let [low, high] = [Infinity, -Infinity];
  for (const value of voxels) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high > low)) return;
  const table = curve(x, y, 256);
  for (let i = 0; i < voxels.length; i++) {
    const place = (((voxels[i] ?? 0) - low) / (high - low)) * 255;
    const below = Math.min(254, Math.floor(place));
    const [a, b] = [table[below] ?? 0, table[below + 1] ?? 0];
    voxels[i] = low + (high - low) * (a + (b - a) * (place - below));
  }
}

type Four = readonly [number, number, number, number];

/** Values of the curve at `count` evenly spaced abscissae, by walking along its parameter. */
function curve(x: Four, y: Four, count: number): Float32Array {
  const at = (p: Four, t: number): number =>
    (1 - t) ** 3 * p[0] + 3 * (1 - t) ** 2 * t * p[1] + 3 * (1 - t) * t ** 2 * p[2] + t ** 3 * p[3];
  const table = new Float32Array(count);
  let t = 0;
  for (let i = 0; i < count; i++) {
    while (t < 1 && at(x, t) < i / (count - 1)) t += 1 / 1024;
    table[i] = at(y, Math.min(1, t));
  }
  return table;
}

/** A box with sides of `low` to `high` times the size, at least two voxels, anywhere inside. */
export interface Box {
  readonly corner: Triple;
  readonly extent: Triple;
}

function drawBox(size: Triple, low: number, high: number, rng: Rng): Box {
  const extent = size.map((side) => Math.min(side, Math.max(2, Math.round(side * rng.uniform(low, high)))));
  const corner = size.map((side, axis) => rng.int(side - (extent[axis] ?? 1) + 1));
  return { corner: corner as unknown as Triple, extent: extent as unknown as Triple };
}

/** Calls `visit` with the index of every voxel of the box. */
function forEachVoxel(size: Triple, { corner, extent }: Box, visit: (index: number) => void): void {
  for (let d = corner[0]; d < corner[0] + extent[0]; d++) {
    for (let h = corner[1]; h < corner[1] + extent[1]; h++) {
      const row = (d * size[1] + h) * size[2];
      for (let w = corner[2]; w < corner[2] + extent[2]; w++) visit(row + w);
    }
  }
}

/** Shuffles the voxels within many small boxes; marks them in `lost`. */
export function shuffleLocally(voxels: Float32Array, size: Triple, rng: Rng, lost: Float32Array): void {
  const boxes = Math.ceil(voxels.length / 60);
  for (let i = 0; i < boxes; i++) {
    const places: number[] = [];
    forEachVoxel(size, drawBox(size, 0.05, 0.15, rng), (index) => places.push(index));
    const values = rng.shuffle(places.map((index) => voxels[index] ?? 0));
    places.forEach((index, k) => {
      voxels[index] = values[k] ?? 0;
      lost[index] = 1;
    });
  }
}

/** In-painting: up to five boxes become noise. */
export function paintInside(voxels: Float32Array, size: Triple, rng: Rng, lost: Float32Array): void {
  for (let i = 0; i === 0 || (i < 5 && rng.bool(0.95)); i++) {
    forEachVoxel(size, drawBox(size, 1 / 6, 1 / 3, rng), (index) => {
      voxels[index] = rng.normal();
      lost[index] = 1;
    });
  }
}

/** Out-painting: everything but a few overlapping boxes becomes noise. */
export function paintOutside(voxels: Float32Array, size: Triple, rng: Rng, lost: Float32Array): void {
  const kept = new Uint8Array(voxels.length);
  for (let i = 0; i === 0 || (i < 5 && rng.bool(0.95)); i++) {
    forEachVoxel(size, drawBox(size, 3 / 7, 4 / 7, rng), (index) => (kept[index] = 1));
  }
  for (let index = 0; index < voxels.length; index++) {
    if (kept[index] === 1) continue;
    voxels[index] = rng.normal();
    lost[index] = 1;
  }
}

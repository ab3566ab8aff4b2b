/**
 * A scan as an array: volumes `[z, y, x]` or `[frames, z, y, x]`, growing towards right, anterior and superior as far as flips
 * and permutations make them; pictures and clips as they are shown, rows from top to bottom. Values are those of the modality
 * (Hounsfield units of CT), as the reader of scans gives them.
 */
import type { RawScan, VoxelArray } from '../../scans/formats/format.js';
import type { Stated } from '../../scans/folder/stated.js';
import { canonicalTriple, canonicalVoxels, orientationOf, type Affine } from '../../scans/geometry.js';
import type { NpyArray } from '../../scans/npy.js';

export interface ScanArray {
  readonly shape: readonly number[];
  readonly values: NpyArray;
  /** What the file does not say. */
  readonly stated: Stated;
}

export function arrayOf(scan: RawScan): ScanArray {
  const turned = scan.size[2] === 1 ? scan : canonical(scan);
  const { size, frames } = turned;
  const [x, y, z] = size;
  const { values, range } = withPadding(numbersOf(turned.voxels), turned.padding);
  return {
    shape: frames > 1 ? [frames, z, y, x] : [z, y, x],
    values,
    stated: {
      axes: frames > 1 ? 'tzyx' : 'zyx',
      ...statedOf(turned),
      ...(range === null ? {} : { padding: range }),
    },
  };
}

/** Size, place and times, as a manifest states them. */
export function statedOf({ spacing, calibrated, affine, frames, frameTime, frameTimes }: RawScan): Stated {
  return {
    ...(calibrated ? { spacing } : {}),
    affine,
    ...(frames > 1 ? { frameTime } : {}),
    ...(frameTimes === null ? {} : { frameTimes }),
  };
}

/** Lowest and highest value of padding; null if there is none, or if a measured value lies between them. */
export function paddingRange(
  values: ArrayLike<number>,
  padding: Uint8Array | undefined,
): readonly [number, number] | null {
  if (padding === undefined) return null;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    if (padding[i] !== 1) continue;
    const value = values[i] as number;
    if (!Number.isFinite(value)) return null;
    [low, high] = [Math.min(low, value), Math.max(high, value)];
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (padding[i] !== 1 && value >= low && value <= high) return null;
  }
  return [low, high];
}

function numbersOf(voxels: VoxelArray): NpyArray {
  if (voxels instanceof Float32Array || voxels instanceof Int16Array || voxels instanceof Uint8Array)
    return voxels;
  return Float32Array.from(voxels as ArrayLike<number | bigint>, Number);
}

/** The values with padding told by a range of values: one below all others, where its own do not tell it. */
function withPadding(
  values: NpyArray,
  padding: Uint8Array | undefined,
): { values: NpyArray; range: readonly [number, number] | null } {
  if (padding === undefined) return { values, range: null };
  const range = paddingRange(values, padding);
  if (range !== null) return { values, range };
  let lowest = 0;
  for (const value of values) if (value < lowest) lowest = value;
  const below = Math.fround(2 * lowest - 1);
  const marked = Float32Array.from(values, (value, i) => (padding[i] === 1 ? below : value));
  return { values: marked, range: [below, below] };
}

function canonical(scan: RawScan): RawScan {
  const { affine, size, spacing, frames, padding } = scan;
  const orientation = orientationOf(affine);
  const turned = <T extends NpyArray>(from: T): T => {
    const to = from.slice() as T;
    const each = from.length / frames;
    for (let frame = 0; frame < frames; frame++)
      to.set(canonicalVoxels(from, size, frame, orientation), frame * each);
    return to;
  };
  const [z, y, x] = canonicalTriple(orientation, size);
  const [dz, dy, dx] = canonicalTriple(orientation, spacing);
  return {
    ...scan,
    size: [x, y, z],
    spacing: [dx, dy, dz],
    affine: canonicalAffine(scan),
    voxels: turned(numbersOf(scan.voxels)),
    ...(padding === undefined ? {} : { padding: turned(padding) }),
  };
}

/** From indices of the turned array to the same millimetres. */
function canonicalAffine({ affine, size }: Pick<RawScan, 'affine' | 'size'>): Affine {
  const { axes, signs } = orientationOf(affine);
  return affine.map((row) => {
    const steps = axes.map((axis, world) => (signs[world] as number) * (row[axis] as number));
    // The first voxel is the last one along an axis that is turned round.
    const start = axes.reduce(
      (sum, axis, world) =>
        signs[world] === 1 ? sum : sum + ((size[axis] as number) - 1) * (row[axis] as number),
      row[3],
    );
    return [...steps, start];
  }) as unknown as Affine;
}

/**
 * Position and orientation of a scan's voxels in the body; all conversions of frames are in this file.
 *
 * World frame: RAS+ millimetres (x towards the patient's right, y towards anterior, z towards superior), as in NIfTI.
 * DICOM, ITK and some NRRD files use LPS, with x and y reversed; `affineOfColumns` is the one conversion.
 * Canonical arrays are `[D, H, W]` = (z, y, x), each growing along its RAS+ direction. Oblique scans get the nearest
 * permutation and flips of their axes, so that no voxel is interpolated for orientation.
 */
import type { Triple } from '../core/tensor.js';

/** Rows of the 3×4 matrix from voxel indices `[x, y, z, 1]` to RAS+ millimetres. */
export type Affine = readonly [Row, Row, Row];
type Row = readonly [number, number, number, number];

/** World frame, named by the directions of its axes. */
export type Frame = 'RAS' | 'LPS' | 'LAS';

/**
 * Affine from a volume's three steps and the position of its first voxel, in `frame`.
 *
 * @param columns millimetres that one voxel along each stored axis `[x, y, z]` moves in the frame
 * @param origin millimetres, centre of the first voxel
 */
export function affineOfColumns(
  columns: readonly [Triple, Triple, Triple],
  origin: Triple,
  frame: Frame,
): Affine {
  const row = (axis: 0 | 1 | 2): Row => {
    const sign = frame[axis] === 'RAS'[axis] ? 1 : -1;
    return [sign * columns[0][axis], sign * columns[1][axis], sign * columns[2][axis], sign * origin[axis]];
  };
  return [row(0), row(1), row(2)];
}

/** For each world axis R, A, S: the stored axis along it, and its sign. */
export interface Orientation {
  readonly axes: Triple;
  readonly signs: Triple;
}

const PERMUTATIONS: readonly Triple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** Assigns stored axes to world axes so that the sum of cosines is largest. */
export function orientationOf(affine: Affine): Orientation {
  const norms = [0, 1, 2].map((axis) => Math.hypot(...affine.map((row) => row[axis] as number)));
  const cosine = (world: number, axis: number): number =>
    (affine[world]?.[axis] as number) / (norms[axis] as number);
  const total = (axes: Triple): number =>
    axes.reduce((sum, axis, world) => sum + Math.abs(cosine(world, axis)), 0);
  const axes = PERMUTATIONS.reduce((best, next) => (total(next) > total(best) + 1e-6 ? next : best));
  const sign = (world: 0 | 1 | 2): number => (cosine(world, axes[world]) < 0 ? -1 : 1);
  return { axes, signs: [sign(0), sign(1), sign(2)] };
}

/** Three letters, one per stored axis: the direction in which its index grows, such as `RAS` or `LPS`. */
export function orientationCode(affine: Affine): string {
  const { axes, signs } = orientationOf(affine);
  const letters = ['', '', ''];
  axes.forEach((axis, world) => {
    letters[axis] = (signs[world] === 1 ? 'RAS' : 'LPI')[world] as string;
  });
  return letters.join('');
}

/** Reorders a triple of stored axes `[x, y, z]` to canonical order `[D, H, W]`. */
export function canonicalTriple(orientation: Orientation, stored: Triple): Triple {
  const [right, anterior, superior] = orientation.axes;
  return [stored[superior] as number, stored[anterior] as number, stored[right] as number];
}

/**
 * One frame in canonical orientation, as float32.
 *
 * @param voxels `[frames, z, y, x]` as stored, x fastest
 * @param size stored extents `[x, y, z]`
 * @returns `[D, H, W]`
 */
export function canonicalVoxels(
  voxels: ArrayLike<number | bigint>,
  size: Triple,
  frame: number,
  orientation: Orientation,
): Float32Array {
  const strides = [1, size[0], size[0] * size[1]] as const;
  const [depth, height, width] = canonicalTriple(orientation, size);
  const out = new Float32Array(depth * height * width);
  let start = frame * out.length;
  const steps = orientation.axes.map((axis, world) => {
    const stride = strides[axis] as number;
    if (orientation.signs[world] === 1) return stride;
    start += ((size[axis] as number) - 1) * stride;
    return -stride;
  });
  const [stepW, stepH, stepD] = steps as [number, number, number];
  let to = 0;
  for (let d = 0; d < depth; d++) {
    for (let h = 0; h < height; h++) {
      let from = start + d * stepD + h * stepH;
      for (let w = 0; w < width; w++, from += stepW) out[to++] = Number(voxels[from]);
    }
  }
  return out;
}

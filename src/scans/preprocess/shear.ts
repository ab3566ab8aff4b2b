/**
 * Correction of volumes whose axes do not meet at right angles (tilted CT gantries, sheared sforms).
 *
 * The steps of the canonical axes are factorised as Q R: the first axis keeps its direction, the second is turned in
 * their common plane, the third becomes the normal of it. R holds the shifts of rows and slices against each other,
 * and undoing these interpolates within slices only. For a tilted gantry this is the usual correction, which keeps the
 * pixels of a slice and shifts slices along one side of the picture. Nothing is cut off: the picture grows, and voxels
 * that no slice covers take the volume's lowest value.
 */
import type { Triple } from '../../core/tensor.js';
import type { Affine, Orientation } from '../geometry.js';

/** Cosine between two axes up to which they count as perpendicular; headers hold float32. */
const SHEAR = 1e-3;

/** Angle above which leaning axes are an error of the header. */
export const STEEPEST_DEGREES = 45;

interface Upright {
  readonly voxels: Float32Array;
  /** `[D, H, W]`. */
  readonly shape: Triple;
  /** Millimetres along `[D, H, W]`. */
  readonly spacing: Triple;
}

type Vector = readonly [number, number, number];

/** Steps (mm) of the canonical axes W, H, D of a scan in the body. */
function stepsOf(affine: Affine, { axes, signs }: Orientation): [Vector, Vector, Vector] {
  const step = (world: 0 | 1 | 2): Vector => {
    const [axis, sign] = [axes[world] as 0 | 1 | 2, signs[world]];
    return [sign * affine[0][axis], sign * affine[1][axis], sign * affine[2][axis]];
  };
  return [step(0), step(1), step(2)];
}

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Deviation of the axes from right angles, in degrees; 0 if rounding explains it. */
export function shearOf(affine: Affine): number {
  const column = (axis: 0 | 1 | 2): Vector => [affine[0][axis], affine[1][axis], affine[2][axis]];
  const cosine = (a: Vector, b: Vector): number =>
    Math.abs(dot(a, b)) / (Math.hypot(...a) * Math.hypot(...b));
  const [x, y, z] = [column(0), column(1), column(2)];
  const largest = Math.max(cosine(x, y), cosine(x, z), cosine(y, z));
  return largest > SHEAR ? (Math.asin(Math.min(1, largest)) * 180) / Math.PI : 0;
}

/**
 * @param voxels `[D, H, W]`, canonical
 * @param shape `[D, H, W]`
 * @param spacing mm along `[D, H, W]`
 */
export function upright(
  voxels: Float32Array,
  shape: Triple,
  spacing: Triple,
  affine: Affine,
  orientation: Orientation,
): Upright {
  if (shearOf(affine) === 0) return { voxels, shape, spacing };
  const [w, h, d] = stepsOf(affine, orientation);
  const along = (a: Vector, unit: Vector): number => dot(a, unit);
  const minus = (a: Vector, b: Vector, factor: number): Vector => [
    a[0] - factor * b[0],
    a[1] - factor * b[1],
    a[2] - factor * b[2],
  ];
  const unit = (a: Vector): Vector => minus([0, 0, 0], a, -1 / Math.hypot(...a));
  const right = unit(w);
  const front = unit(minus(h, right, along(h, right)));
  const rest = minus(minus(d, right, along(d, right)), front, along(d, front));
  const [stepW, stepH, stepD] = [Math.hypot(...w), along(h, front), Math.hypot(...rest)];
  // Shifts in voxels: of each row and slice along W, of each slice along H.
  const rowShift = along(h, right) / stepW;
  const sliceShift = along(d, front) / stepH;
  const sliceShiftW = along(d, right) / stepW;
  const [depth, height, width] = shape;
  const addedH = Math.ceil(Math.abs(sliceShift) * (depth - 1));
  const least = (shift: number, count: number): number => Math.min(0, shift * (count - 1));
  const addedW = Math.ceil(Math.abs(rowShift) * (height - 1) + Math.abs(sliceShiftW) * (depth - 1));
  const firstH = least(sliceShift, depth);
  const firstW = least(rowShift, height) + least(sliceShiftW, depth);
  const out: Triple = [depth, height + addedH, width + addedW];
  const lowest = voxels.reduce((low, value) => Math.min(low, value), Infinity);
  const straight = new Float32Array(out[0] * out[1] * out[2]).fill(lowest);
  let to = 0;
  for (let k = 0; k < depth; k++) {
    const slice = { values: voxels.subarray(k * height * width, (k + 1) * height * width), height, width };
    for (let y = 0; y < out[1]; y++) {
      const j = y + firstH - sliceShift * k;
      const shift = firstW - rowShift * j - sliceShiftW * k;
      for (let x = 0; x < out[2]; x++, to++) {
        const value = bilinear(slice, j, x + shift);
        if (value !== null) straight[to] = value;
      }
    }
  }
  return { voxels: straight, shape: out, spacing: [stepD, stepH, stepW] };
}

/** Tolerance for rounding errors: positions this near a border are on it. */
const NEAR = 1e-4;

/** Values `[H, W]`. */
interface Slice {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
}

/** Value at row `j` and column `i`, by bilinear interpolation; null outside of the slice. */
function bilinear({ values, height, width }: Slice, j: number, i: number): number | null {
  if (j < -NEAR || i < -NEAR || j > height - 1 + NEAR || i > width - 1 + NEAR) return null;
  const top = Math.min(Math.max(Math.floor(j), 0), height - 1);
  const left = Math.min(Math.max(Math.floor(i), 0), width - 1);
  const [dj, di] = [Math.min(Math.max(j - top, 0), 1), Math.min(Math.max(i - left, 0), 1)];
  const at = (row: number, column: number): number =>
    values[Math.min(row, height - 1) * width + Math.min(column, width - 1)] as number;
  const upper = at(top, left) * (1 - di) + at(top, left + 1) * di;
  return upper * (1 - dj) + (at(top + 1, left) * (1 - di) + at(top + 1, left + 1) * di) * dj;
}

/**
 * From RAS+ millimetres back to voxel indices, and from one grid to another.
 */
import type { Triple } from '../../core/tensor.js';
import type { Affine } from '../../scans/geometry.js';

/** Returns the function from millimetres to indices `[x, y, z]`; null for a grid that is flat. */
export function inverseOf(affine: Affine): ((point: Triple) => Triple) | null {
  const [[a, b, c, x], [d, e, f, y], [g, h, i, z]] = affine;
  const [A, B, C] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const determinant = a * A + b * B + c * C;
  if (!(Math.abs(determinant) > 1e-12)) return null;
  const rows = [
    [A, c * h - b * i, b * f - c * e],
    [B, a * i - c * g, c * d - a * f],
    [C, b * g - a * h, a * e - b * d],
  ];
  return (point) => {
    const [px, py, pz] = [point[0] - x, point[1] - y, point[2] - z];
    return rows.map(
      ([r, s, t]) => ((r ?? 0) * px + (s ?? 0) * py + (t ?? 0) * pz) / determinant,
    ) as unknown as Triple;
  };
}

/** Millimetres (RAS+) of the voxel at `[x, y, z]`. */
function pointAt(affine: Affine, [x, y, z]: Triple): Triple {
  return affine.map(([a, b, c, d]) => a * x + b * y + c * z + d) as unknown as Triple;
}

/** Where voxels of one grid lie on another: `at + x × right + y × down + z × on`, all indices `[x, y, z]` of the other. */
export interface Placement {
  readonly at: Triple;
  readonly steps: readonly [Triple, Triple, Triple];
}

/** Share of a voxel by which voxels of two grids that are the same may lie apart; headers are rounded. */
const SAME = 0.1;

/**
 * The placement of grid `from` on grid `to`, where each voxel of `from` lies on a voxel of `to`: shifted, turned by right angles
 * or mirrored; null for any other grid. `size`: the extents of `from`, over which rounding may not add up to more than a tenth of
 * a voxel.
 */
export function placementOn(to: Affine, from: Affine, size: Triple): Placement | null {
  const inverse = inverseOf(to);
  if (inverse === null) return null;
  const zero = inverse(pointAt(from, [0, 0, 0]));
  const corners = ([0, 1, 2] as const).map((axis) => {
    const far = Math.max(1, size[axis] - 1);
    const unit: Triple = [0, 1, 2].map((each) => (each === axis ? far : 0)) as unknown as Triple;
    return inverse(pointAt(from, unit)).map(
      (value, i) => (value - (zero[i] as number)) / far,
    ) as unknown as Triple;
  });
  const at = zero.map(Math.round) as unknown as Triple;
  const steps = corners.map((step) =>
    step.map((value) => Math.round(value) || 0),
  ) as unknown as Placement['steps'];
  const drift = zero.map(
    (value, i) =>
      Math.abs(value - (at[i] as number)) +
      corners.reduce((sum, step, axis) => {
        const off = Math.abs((step[i] as number) - ((steps[axis] as Triple)[i] as number));
        return sum + off * Math.max(0, (size[axis] as number) - 1);
      }, 0),
  );
  const used = steps.map((step) => step.findIndex((value) => value !== 0));
  const plain =
    steps.every(
      (step) =>
        step.filter((value) => Math.abs(value) === 1).length === 1 &&
        step.filter((value) => value === 0).length === 2,
    ) && new Set(used).size === 3;
  return plain && drift.every((value) => value <= SAME) ? { at, steps } : null;
}

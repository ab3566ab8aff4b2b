/**
 * Masks that lie on a grid of their own, put onto that of the scan, where the grids are the same but for shifts, mirrors and right
 * angles: nothing is resampled.
 */
import { UserError } from '../../core/errors.js';
import type { Triple } from '../../core/tensor.js';
import type { Affine } from '../../scans/geometry.js';
import { placementOn, type Placement } from '../geometry/inverse.js';
import type { Grid } from '../scans/target.js';
import { sliceMask } from './source.js';
import type { Collected, Region } from '../statement.js';

/** A stored mask's own grid. */
export interface StoredGrid {
  /** `[x, y, z]`. */
  readonly size: Triple;
  readonly affine: Affine;
}

export function placed(stored: StoredGrid, { affine }: Grid): Placement | null {
  return placementOn(affine, stored.affine, stored.size);
}

/** One frame of a stored mask: what its voxels are marked with, 0 for nothing, and where it goes. */
export interface Stored {
  readonly size: Triple;
  readonly valueAt: (voxel: number) => number;
  readonly placement: Placement;
  readonly frame: number;
}

/** Marks voxels on the region of their value; returns how many lie outside of the scan. */
export function markStored(
  { size, valueAt, placement, frame }: Stored,
  regionOf: (value: number) => Region,
  grid: Grid,
  collected: Collected,
): number {
  const { at, steps } = placement;
  const [columns, rows, depth] = grid.size;
  let [voxel, outside] = [0, 0];
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, voxel++) {
        const value = valueAt(voxel);
        if (value === 0) continue;
        const on = (axis: 0 | 1 | 2): number =>
          at[axis] + x * steps[0][axis] + y * steps[1][axis] + z * steps[2][axis];
        const [column, row, slice] = [on(0), on(1), on(2)];
        if (column < 0 || row < 0 || slice < 0 || column >= columns || row >= rows || slice >= depth)
          outside++;
        else sliceMask(regionOf(value), frame * depth + slice, grid, collected)[row * columns + column] = 1;
      }
  return outside;
}

export function otherGrid(subject: string, stored: StoredGrid, grid: Grid, path: string): UserError {
  const text = ({ size, affine }: StoredGrid): string => {
    const origin = affine.map((row) => row[3].toFixed(1)).join(', ');
    return `${size.join(' × ')} voxels from (${origin}) mm`;
  };
  return new UserError({
    subject,
    problem: `lies on ${text(stored)}, the scan ${path} on ${text(grid)}: another grid`,
    fix: 'resample it to the grid of the scan by nearest neighbours',
  });
}

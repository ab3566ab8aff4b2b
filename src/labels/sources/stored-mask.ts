/**
 * Masks that lie on a grid of their own, put onto that of the scan, where the grids are the same but for shifts, mirrors and right
 * angles: nothing is resampled.
 */
import { UserError } from '../../core/errors.js';
import type { Triple } from '../../core/tensor.js';
import type { Affine } from '../../scans/geometry.js';
import { trimmed, wordsFor, type Bits } from '../geometry/bits.js';
import { placementOn, type Placement } from '../geometry/inverse.js';
import type { Grid } from '../scans/target.js';

/** A stored mask's own grid. */
export interface StoredGrid {
  /** `[x, y, z]`. */
  readonly size: Triple;
  readonly affine: Affine;
}

export function placed(stored: StoredGrid, { affine }: Grid): Placement | null {
  return placementOn(affine, stored.affine, stored.size);
}

/** True where the mask covers the scan voxel by voxel, and nothing beside it. */
export function covers(stored: StoredGrid, grid: Grid): boolean {
  const placement = placed(stored, grid);
  if (placement === null) return false;
  const { from, to } = boxOf(stored.size, placement, grid);
  const voxels = ([x, y, z]: Triple): number => x * y * z;
  const covered = from.map((first, axis) => Math.max(0, (to[axis] as number) - first)) as unknown as Triple;
  return voxels(covered) === voxels(grid.size) && voxels(stored.size) === voxels(grid.size);
}

/** One frame of a stored mask: what its voxels are marked with, 0 for nothing, and where it goes. */
export interface Stored {
  readonly size: Triple;
  readonly valueAt: (voxel: number) => number;
  readonly placement: Placement;
  readonly frame: number;
}

/**
 * Gives what the mask marks on each slice of the scan, by value, to `put`; returns how many marked voxels lie outside of the scan.
 */
export function placeStored(
  { size, valueAt, placement, frame }: Stored,
  grid: Grid,
  put: (value: number, slice: number, bits: Bits) => void,
): number {
  const box = boxOf(size, placement, grid);
  const [columns, rows, depth] = grid.size;
  let inside = 0;
  for (let z = box.from[2]; z < box.to[2]; z++) {
    const words = new Map<number, Uint32Array>();
    let last = 0;
    let own: Uint32Array = new Uint32Array();
    for (let y = box.from[1]; y < box.to[1]; y++)
      for (let x = box.from[0]; x < box.to[0]; x++) {
        const value = valueAt(box.start + x * box.steps[0] + y * box.steps[1] + z * box.steps[2]);
        if (value === 0) continue;
        inside++;
        if (value !== last) {
          own = words.get(value) ?? new Uint32Array(wordsFor(columns * rows));
          words.set(value, own);
          last = value;
        }
        const pixel = y * columns + x;
        own[pixel >>> 5] = (own[pixel >>> 5] as number) | (1 << (pixel & 31));
      }
    for (const [value, marks] of words) put(value, frame * depth + z, trimmed(marks));
  }
  let all = 0;
  for (let voxel = 0; voxel < size[0] * size[1] * size[2]; voxel++) if (valueAt(voxel) !== 0) all++;
  return all - inside;
}

/** The voxels of the scan that the mask covers, and the mask's voxel at each of them: `start + x × steps[0] + …`. */
function boxOf(size: Triple, { at, steps }: Placement, grid: Grid) {
  const strides = [1, size[0], size[0] * size[1]];
  const [from, to, along]: [number[], number[], number[]] = [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ];
  let start = 0;
  steps.forEach((step, own) => {
    const axis = step.findIndex((value) => value !== 0) as 0 | 1 | 2;
    const [sign, last] = [step[axis], (size[own as 0] - 1) * step[axis]];
    from[axis] = Math.max(0, at[axis] + Math.min(0, last));
    to[axis] = Math.min(grid.size[axis], at[axis] + Math.max(0, last) + 1);
    along[axis] = sign * (strides[own] as number);
    start -= at[axis] * along[axis];
  });
  return { from, to, steps: along, start } as unknown as {
    readonly from: Triple;
    readonly to: Triple;
    readonly steps: Triple;
    readonly start: number;
  };
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

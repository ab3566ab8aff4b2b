/**
 * Places of the patches of a grid within a crop, in voxels `[depth, height, width]`.
 *
 * Each axis holds `grid` cells of `patch + jitter` voxels with `gap` voxels between them; a patch lies anywhere
 * within its cell. Neighbouring patches are therefore at least `gap` voxels apart, whatever the jitter.
 */
import type { Rng } from '../../src/core/random.js';
import type { Triple } from '../../src/core/tensor.js';

export interface Layout {
  /** Cells along each axis. */
  readonly grid: number;
  readonly patch: Triple;
  readonly gap: Triple;
  readonly jitter: number;
}

/** Voxels between cells, from a share of the patch side. */
export function gapOf(patch: Triple, share: number): Triple {
  return [Math.ceil(patch[0] * share), Math.ceil(patch[1] * share), Math.ceil(patch[2] * share)];
}

export function cropSide({ grid, patch, gap, jitter }: Layout): Triple {
  const side = (axis: 0 | 1 | 2): number => grid * (patch[axis] + jitter) + (grid - 1) * gap[axis];
  return [side(0), side(1), side(2)];
}

/** The first voxel of each cell's patch, depth slowest; without a generator, patches sit in mid-cell. */
export function patchCorners({ grid, patch, gap, jitter }: Layout, rng: Rng | null): readonly Triple[] {
  const corners: Triple[] = [];
  const along = (axis: 0 | 1 | 2, index: number): number =>
    index * (patch[axis] + jitter + gap[axis]) +
    (rng === null ? Math.floor(jitter / 2) : rng.int(jitter + 1));
  for (let d = 0; d < grid; d++) {
    for (let h = 0; h < grid; h++) {
      for (let w = 0; w < grid; w++) corners.push([along(0, d), along(1, h), along(2, w)]);
    }
  }
  return corners;
}

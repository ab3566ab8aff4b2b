/**
 * Voxels of each label in the NIfTI files of a folder.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Triple } from '../../src/core/tensor.js';
import { nifti } from '../../src/scans/formats/nifti.js';

export interface LabelCounts {
  /** Voxels by label, from 0. */
  readonly counts: readonly number[];
  /** mm along x, y, z. */
  readonly spacing: Triple;
}

/** By file name, in order of names. */
export async function readLabelMap(folder: string): Promise<ReadonlyMap<string, LabelCounts>> {
  const found = new Map<string, LabelCounts>();
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith('.nii.gz'))
    .sort()) {
    const { voxels, spacing } = await nifti.read(join(folder, name));
    const counts: number[] = [];
    for (const voxel of voxels) counts[Number(voxel)] = (counts[Number(voxel)] ?? 0) + 1;
    found.set(name, { counts: Array.from(counts, (count) => count ?? 0), spacing });
  }
  return found;
}

/**
 * Seeded crops: a patient, one of its volumes, a place with enough tissue.
 *
 * Patients are drawn before volumes, so that one with many scans does not dominate. A crop lies inside its volume.
 */
import { UserError } from '../core/errors.js';
import type { Rng } from '../core/random.js';
import type { Triple } from './geometry.js';
import type { Crop, ScanSet, Volume } from './scan-set.js';

/** Places tried before the one with the most tissue is taken. */
const TRIES = 24;

/**
 * @param size voxels `[D, H, W]`
 * @param minimumForeground least share of tissue, in [0, 1]; best effort within a bounded number of tries
 */
export function drawCrop(
  set: ScanSet,
  split: Volume['split'],
  size: Triple,
  minimumForeground: number,
  rng: Rng,
): Crop {
  const patients = patientsOf(set, split, size);
  let best: { volume: Volume; corner: Triple; tissue: number } | undefined;
  const needed = minimumForeground * size[0] * size[1] * size[2];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const volume = rng.pick(rng.pick(patients));
    const corner: Triple = [
      rng.int(volume.shape[1] - size[0] + 1),
      rng.int(volume.shape[2] - size[1] + 1),
      rng.int(volume.shape[3] - size[2] + 1),
    ];
    const tissue = countForeground(volume, corner, size);
    if (best === undefined || tissue > best.tissue) best = { volume, corner, tissue };
    if (tissue >= needed) break;
  }
  if (best === undefined) throw new Error('no place was tried');
  return cropAt(best.volume, best.corner, size);
}

/** The crop of `size` `[D, H, W]` whose first voxel is at `corner` `[D, H, W]`. */
export function cropAt(volume: Volume, corner: Triple, size: Triple): Crop {
  const [channels, depth, height, width] = volume.shape;
  const [d, h, w] = size;
  const voxels = new Float32Array(channels * d * h * w);
  const foreground = new Uint8Array(d * h * w);
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < d; z++) {
      for (let y = 0; y < h; y++, to += w) {
        const row = ((z + corner[0]) * height + y + corner[1]) * width + corner[2];
        const from = c * depth * height * width + row;
        voxels.set(volume.voxels.subarray(from, from + w), to);
        if (c === 0) foreground.set(volume.foreground.subarray(row, row + w), to);
      }
    }
  }
  return { volume: volume.id, patient: volume.patient, shape: [channels, d, h, w], voxels, foreground };
}

/** Volumes of the split that hold a crop of `size`, by patient. */
function patientsOf(set: ScanSet, split: Volume['split'], size: Triple): Volume[][] {
  const byPatient = new Map<number, Volume[]>();
  for (const volume of set.volumes) {
    if (volume.split !== split || size.some((extent, axis) => extent > (volume.shape[axis + 1] as number)))
      continue;
    byPatient.set(volume.patient, [...(byPatient.get(volume.patient) ?? []), volume]);
  }
  if (byPatient.size === 0) {
    throw new UserError({
      subject: 'scans',
      problem: `no ${split} volume holds a crop of ${size.join(' × ')} voxels`,
      fix: 'choose a smaller crop or spacing, or add larger scans',
    });
  }
  return [...byPatient.values()];
}

function countForeground({ shape, foreground }: Volume, corner: Triple, size: Triple): number {
  let count = 0;
  for (let z = corner[0]; z < corner[0] + size[0]; z++) {
    for (let y = corner[1]; y < corner[1] + size[1]; y++) {
      const row = (z * shape[2] + y) * shape[3] + corner[2];
      for (let i = row; i < row + size[2]; i++) count += foreground[i] as number;
    }
  }
  return count;
}

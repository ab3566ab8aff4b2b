/** A smaller crop out of a crop. */
import type { Triple } from '../../src/core/tensor.js';
import type { Rng } from '../../src/core/random.js';
import type { Crop } from '../../src/scans/sampling/scan-set.js';

/** Cuts `size` voxels `[D, H, W]` at a random place, or in the middle without a generator. */
export function cropWithin(crop: Crop, size: Triple, rng: Rng | null): Crop {
  const [channels, depth, height, width] = crop.shape;
  const start = (extent: number, side: number): number =>
    rng === null ? Math.floor((extent - side) / 2) : rng.int(extent - side + 1);
  const corner = [start(depth, size[0]), start(height, size[1]), start(width, size[2])] as const;
  const voxels = new Float32Array(channels * size[0] * size[1] * size[2]);
  const foreground = new Uint8Array(size[0] * size[1] * size[2]);
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let d = 0; d < size[0]; d++) {
      for (let h = 0; h < size[1]; h++, to += size[2]) {
        const row = ((d + corner[0]) * height + h + corner[1]) * width + corner[2];
        const from = c * depth * height * width + row;
        voxels.set(crop.voxels.subarray(from, from + size[2]), to);
        if (c === 0) foreground.set(crop.foreground.subarray(row, row + size[2]), to);
      }
    }
  }
  return { volume: crop.volume, patient: crop.patient, shape: [channels, ...size], voxels, foreground };
}

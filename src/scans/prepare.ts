/**
 * From a scan as stored to volumes as networks see them: frames, orientation, spacing, intensity, foreground.
 */
import { UserError } from '../core/errors.js';
import type { RawScan } from './formats/format.js';
import { canonicalTriple, canonicalVoxels, orientationOf, type Triple } from './geometry.js';
import { foregroundOf, rangeOf, standardise } from './intensity.js';
import type { Transforms } from './options.js';
import { resample, resampledShape } from './resample.js';

/** Outside of these the header's spacing is wrong, or the experiment's. */
const FEWEST_VOXELS = 8;
const LARGEST_VOXELS = 2 ** 27;

export interface PreparedVolume {
  /** `[C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number];
  /** Millimetres along `[D, H, W]`. */
  readonly spacing: Triple;
  /** `[C, D, H, W]`. */
  readonly voxels: Float32Array;
  /** `[D, H, W]`, 1 where there is tissue. */
  readonly foreground: Uint8Array;
}

/** One volume, or one per frame. A scan that can not be used throws a `UserError` with `name` as its subject. */
export function prepare(name: string, scan: RawScan, transforms: Transforms): PreparedVolume[] {
  if (transforms.frames === 'mean' && scan.frames > 1) {
    const frames = Array.from({ length: scan.frames }, (_, frame) => frameOf(name, scan, frame, transforms));
    const mean = new Float32Array(frames[0]?.length ?? 0);
    for (const frame of frames)
      frame.forEach((value, i) => (mean[i] = (mean[i] as number) + value / scan.frames));
    return [prepareFrame(name, scan, mean, transforms)];
  }
  const count = transforms.frames === 'each' ? scan.frames : 1;
  return Array.from({ length: count }, (_, frame) =>
    prepareFrame(name, scan, frameOf(name, scan, frame, transforms), transforms),
  );
}

/** A frame in canonical orientation, `[D, H, W]`, without NaN. */
function frameOf(name: string, scan: RawScan, frame: number, transforms: Transforms): Float32Array {
  const voxels = canonicalVoxels(scan.voxels, scan.size, frame, orientationOf(scan.affine));
  const { low, high, nonFinite } = rangeOf(voxels);
  const bad = Math.max(nonFinite, scan.nonFinite);
  if (bad > 0 && transforms.nonFinite === 'refuse') {
    throw new UserError({
      subject: name,
      problem: `${bad} of ${scan.voxels.length} voxels are NaN or infinite`,
      fix: 'repair it, or set "nonFinite": "zero"',
    });
  }
  if (low >= high)
    throw new UserError({ subject: name, problem: `constant: all voxels are ${low}`, fix: 'remove it' });
  if (nonFinite > 0) voxels.forEach((value, i) => (voxels[i] = Number.isFinite(value) ? value : 0));
  return voxels;
}

function prepareFrame(
  name: string,
  scan: RawScan,
  frame: Float32Array,
  transforms: Transforms,
): PreparedVolume {
  const orientation = orientationOf(scan.affine);
  const size = canonicalTriple(orientation, scan.size);
  const spacing = canonicalTriple(orientation, scan.spacing);
  const wanted = resampledShape(size, spacing, transforms.spacing);
  const count = wanted[0] * wanted[1] * wanted[2];
  if (count < FEWEST_VOXELS || count > LARGEST_VOXELS) {
    throw new UserError({
      subject: name,
      problem: `${wanted.join(' × ')} voxels after resampling, too ${count < FEWEST_VOXELS ? 'few' : 'many'} to be a scan`,
      fix: 'correct its spacing, or choose another "spacing"',
    });
  }
  const { voxels, shape } = resample(frame, size, spacing, transforms.spacing);
  const foreground = foregroundOf(voxels, transforms.percentiles);
  if (!standardise(voxels, foreground, transforms.percentiles)) {
    throw new UserError({
      subject: name,
      problem: `nearly constant: no contrast between the percentiles ${transforms.percentiles.join(' and ')}`,
      fix: 'remove it, or widen "percentiles"',
    });
  }
  return { shape: [1, ...shape], spacing: transforms.spacing, voxels, foreground };
}

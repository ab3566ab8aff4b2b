/**
 * Preparation of a stored scan as volumes for networks: frames, orientation, spacing, intensity, foreground.
 */
import type { Triple } from '../../core/tensor.js';
import { UserError } from '../../core/errors.js';
import { cineShapes, isCine, prepareCine } from './cine.js';
import type { RawScan } from '../formats/format.js';
import { canonicalTriple, canonicalVoxels, orientationOf } from '../geometry.js';
import { clipRangeOf, foregroundOf, rangeOf, standardise } from './intensity.js';
import { matchLandmarks } from './landmarks.js';
import { filled, measuredClip, measuredFrames, measuredOf } from './measured.js';
import { clippingOf, type Clipping, type Transforms } from '../options.js';
import { resample, resampledShape } from './resample.js';
import { STEEPEST_DEGREES, shearOf, upright } from './shear.js';
import type { PreparedVolume, Resampled } from './volumes.js';

/** Plausible extents; beyond them the spacing of the header or of the experiment is wrong. */
const FEWEST_VOXELS = 8;
const LARGEST_VOXELS = 2 ** 27;
const LONGEST_MM = 5000;
const LONGEST_PIXEL = 16;

/** Makes one volume, or one per frame. Throws a `UserError` with subject `name` if the scan can not be used. */
export function prepare(name: string, stored: RawScan, transforms: Transforms): PreparedVolume[] {
  if (stored.problem !== undefined)
    throw new UserError({ subject: name, problem: stored.problem, fix: 'complete or remove it' });
  const scan = filled(stored);
  if (scan === null)
    throw new UserError({ subject: name, problem: 'all of its voxels are padding', fix: 'remove it' });
  if (isCine(scan)) {
    checkPixels(name, scan);
    for (const shape of cineShapes(scan, transforms.cine)) checkSize(name, shape);
    const clip = prepareCine(scan, transforms.cine, (frame) => checked(name, scan, frame, transforms));
    const shares = measuredClip(scan, transforms.cine);
    return [finished(name, scan, { ...clip, ...measuredOf(shares) }, transforms)];
  }
  checkShear(name, scan);
  if (transforms.frames === 'mean' && scan.frames > 1)
    return [prepareFrame(name, scan, meanFrame(name, scan, transforms), measuredFrames(scan), transforms)];
  const count = transforms.frames === 'each' ? scan.frames : 1;
  return Array.from({ length: count }, (_, frame) =>
    prepareFrame(name, scan, frameOf(name, scan, frame, transforms), measuredFrames(scan, frame), transforms),
  );
}

function checkShear(name: string, { affine }: RawScan): void {
  const degrees = shearOf(affine);
  if (degrees <= STEEPEST_DEGREES) return;
  throw new UserError({
    subject: name,
    problem: `its axes lean by ${degrees.toFixed(1)} degrees; up to ${STEEPEST_DEGREES} are straightened`,
    fix: 'correct its orientation, or resample it to orthogonal axes',
  });
}

function meanFrame(name: string, scan: RawScan, transforms: Transforms): Float32Array {
  const mean = frameOf(name, scan, 0, transforms).map((value) => value / scan.frames);
  for (let frame = 1; frame < scan.frames; frame++) {
    const next = frameOf(name, scan, frame, transforms);
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] as number) + (next[i] as number) / scan.frames;
  }
  return mean;
}

/** Returns a frame in canonical orientation, `[D, H, W]`, without NaN. */
function frameOf(name: string, scan: RawScan, frame: number, transforms: Transforms): Float32Array {
  const voxels = canonicalVoxels(scan.voxels, scan.size, frame, orientationOf(scan.affine));
  return checked(name, scan, voxels, transforms);
}

function checked(name: string, scan: RawScan, voxels: Float32Array, transforms: Transforms): Float32Array {
  const { low, high, nonFinite } = rangeOf(voxels);
  if (nonFinite > 0 && transforms.nonFinite === 'refuse') {
    throw new UserError({
      subject: name,
      problem: `${nonFinite} of ${scan.voxels.length} voxels are NaN or infinite`,
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
  measured: Float32Array | undefined,
  transforms: Transforms,
): PreparedVolume {
  const orientation = orientationOf(scan.affine);
  const stored = canonicalTriple(orientation, scan.size);
  const steps = canonicalTriple(orientation, scan.spacing);
  checkLength(name, stored, steps);
  const straight = upright(frame, stored, steps, scan.affine, orientation);
  checkSize(name, resampledShape(straight.shape, straight.spacing, transforms.spacing));
  const { voxels, shape } = resample(straight.voxels, straight.shape, straight.spacing, transforms.spacing);
  const resampled = { voxels, shape, spacing: transforms.spacing, frameTime: null };
  if (measured === undefined) return finished(name, scan, resampled, transforms);
  // The mask of measured voxels is resampled alike, which gives each voxel its measured fraction.
  const shares = upright(measured, stored, steps, scan.affine, orientation);
  const { voxels: share } = resample(shares.voxels, shares.shape, shares.spacing, transforms.spacing);
  return finished(name, scan, { ...resampled, ...measuredOf(share) }, transforms);
}

/** Checks pixels of a clip: plausible in millimetres if calibrated, and with a plausible aspect ratio in any case. */
function checkPixels(name: string, { calibrated, size, spacing }: RawScan): void {
  if (calibrated) checkLength(name, [size[0], size[1], 1], spacing);
  const ratio = spacing[0] / spacing[1];
  if (ratio <= LONGEST_PIXEL && ratio >= 1 / LONGEST_PIXEL) return;
  throw new UserError({
    subject: name,
    problem: `its pixels are ${ratio.toPrecision(3)} times as wide as high`,
    fix: 'correct its spacing or pixel aspect ratio',
  });
}

function checkLength(name: string, size: Triple, spacing: Triple): void {
  const longest = Math.max(...size.map((n, axis) => n * (spacing[axis] as number)));
  if (longest <= LONGEST_MM) return;
  throw new UserError({
    subject: name,
    problem: `${longest.toPrecision(4)} mm long, more than any patient`,
    fix: 'correct its spacing',
  });
}

function checkSize(name: string, wanted: Triple): void {
  const count = wanted[0] * wanted[1] * wanted[2];
  if (count >= FEWEST_VOXELS && count <= LARGEST_VOXELS) return;
  throw new UserError({
    subject: name,
    problem: `${wanted.join(' × ')} voxels after resampling, too ${count < FEWEST_VOXELS ? 'few' : 'many'} to be a scan`,
    fix: 'correct its spacing, or choose another "spacing"',
  });
}

/** Normalises intensities and adds the foreground, after resampling. */
function finished(
  name: string,
  { modality }: RawScan,
  { voxels, shape, spacing, frameTime, measured }: Resampled,
  transforms: Transforms,
): PreparedVolume {
  if (measured?.includes(1) === false)
    throw new UserError({ subject: name, problem: 'hardly anything in it is no padding', fix: 'remove it' });
  const clipping = clippingOf(transforms, modality);
  const foreground = foregroundOf(voxels, clipping.percentiles, measured);
  const range = clipRangeOf(voxels, foreground, clipping, measured);
  if (range === null || !finish(voxels, foreground, range, clipping)) {
    const within =
      clipping.window === undefined
        ? `the percentiles ${clipping.percentiles.join(' and ')}`
        : `the window of ${clipping.window.width} around ${clipping.window.center}`;
    throw new UserError({
      subject: name,
      problem: `nearly constant: no contrast between ${within}`,
      fix: `remove it, or widen "${clipping.window === undefined ? 'percentiles' : 'window'}"`,
    });
  }
  return { shape: [1, ...shape], spacing, frameTime, voxels, foreground };
}

/** Clips, matches to landmarks if given, and standardises; returns false if there is no contrast. */
function finish(
  voxels: Float32Array,
  foreground: Uint8Array,
  range: readonly [number, number],
  { landmarks }: Clipping,
): boolean {
  if (landmarks === undefined) return standardise(voxels, foreground, range);
  for (let i = 0; i < voxels.length; i++)
    voxels[i] = Math.min(range[1], Math.max(range[0], voxels[i] as number));
  matchLandmarks(voxels, foreground, landmarks);
  return standardise(voxels, foreground, [-Infinity, Infinity]);
}

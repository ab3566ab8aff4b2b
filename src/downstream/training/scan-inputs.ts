/**
 * Crops of prepared scans as encoders see them: cut or padded to one size, air without noise, normalised as in pretraining.
 */
import { rngOf, type Rng } from '../../core/random.js';
import type { Triple } from '../../core/tensor.js';
import { copyBox, ORIGIN, volumeOf } from '../../scans/sampling/boxes.js';
import { flattenAir, jitterContrast, normalise } from '../../scans/sampling/intensities.js';
import type { Volume } from '../../scans/sampling/scan-set.js';
import type { DownstreamTask } from '../task-file.js';
import type { ScanInputs } from './rows.js';
import { intensitiesOf, type Intensities } from './scans/intensities.js';
import { cornerNearMiddle, middleCorner, randomCorner, tileCorners } from './scans/tiling.js';

/** A prepared scan of whatever size. */
export type PreparedScan = Pick<Volume, 'shape' | 'frameTime' | 'data'>;

export type CropOptions = Pick<DownstreamTask['input'], 'reading' | 'tiles' | 'normalise' | 'augment'> & {
  readonly size: Triple;
  /**
   * Normalisation that an encoder brings, instead of the task's: changes voxels `[C, …size]` in place; `ranges` are the
   * darkest and the brightest value of each channel in the whole scan.
   */
  readonly own?: (voxels: Float32Array, ranges: readonly (readonly [number, number])[]) => void;
};

/** Strength of random contrast, as tasks of pretraining have it by default. */
const CONTRAST = 0.1;
/** Places tried for a crop with as much tissue as this. */
const TRIES = 8;
const TISSUE = 0.3;

/** Of scans that were read whole once; every fit of a run asks for the same. */
const knownIntensities = new WeakMap<PreparedScan['data'], Intensities>();

/** A scan for each row, all of as many channels. */
export function scanInputs(scans: readonly PreparedScan[], options: CropOptions): ScanInputs {
  const { size, reading, tiles } = options;
  const scanOf = (row: number): PreparedScan => {
    const scan = scans[row];
    if (scan === undefined) throw new Error(`row ${row} has no scan`);
    return scan;
  };
  const intensities = (row: number): Intensities => {
    const scan = scanOf(row);
    const found = knownIntensities.get(scan.data) ?? intensitiesOf(scan);
    knownIntensities.set(scan.data, found);
    return found;
  };
  const cornersOf = (row: number): readonly Triple[] =>
    reading === 'crop'
      ? [middleCorner(extentsOf(scanOf(row)), size)]
      : tileCorners(extentsOf(scanOf(row)), size, tiles);
  return {
    shape: [scans[0]?.shape[0] ?? 1, ...size],
    tiles: (row) => cornersOf(row).length,
    fill: (row, view, into) => {
      const scan = scanOf(row);
      const rng = 'key' in view && options.augment ? rngOf(...view.key) : undefined;
      const tile = 'tile' in view ? view.tile : rngOf(...view.key, 'tile').int(cornersOf(row).length);
      const corner = rng === undefined ? cornersOf(row)[tile] : drawCorner(scan, options, rng);
      if (corner === undefined) throw new Error(`row ${row} has no tile ${tile}`);
      cutInto(into, scan, corner, options, () => intensities(row));
      if (rng !== undefined && (options.own !== undefined || options.normalise !== 'none')) {
        const count = volumeOf(size);
        for (let at = 0; at < into.length; at += count)
          jitterContrast(into.subarray(at, at + count), CONTRAST, rng);
      }
    },
  };
}

const extentsOf = ({ shape }: PreparedScan): Triple => [shape[1], shape[2], shape[3]];

/** Near the middle, where the middle is what is answered for; else anywhere with some tissue. */
function drawCorner(scan: PreparedScan, { reading, size }: CropOptions, rng: Rng): Triple {
  const extents = extentsOf(scan);
  if (reading === 'crop') return cornerNearMiddle(extents, size, rng);
  let best: { readonly corner: Triple; readonly tissue: number } | undefined;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const corner = randomCorner(extents, size, rng);
    const { start, part } = overlap(extents, size, corner);
    const tissue = scan.data.tissue(start, part) / volumeOf(part);
    if (best === undefined || tissue > best.tissue) best = { corner, tissue };
    if (tissue >= TISSUE) break;
  }
  return best?.corner ?? ORIGIN;
}

/** Part of a crop that lies in the scan: its first voxel there, its place in the crop, and its size. */
function overlap(
  extents: Triple,
  size: Triple,
  corner: Triple,
): { readonly start: Triple; readonly place: Triple; readonly part: Triple } {
  const axes = [0, 1, 2] as const;
  const start = axes.map((axis) => Math.min(Math.max(0, corner[axis]), extents[axis] - 1));
  const end = axes.map((axis) =>
    Math.max((start[axis] ?? 0) + 1, Math.min(extents[axis], corner[axis] + size[axis])),
  );
  const triple = (at: (axis: 0 | 1 | 2) => number): Triple => [at(0), at(1), at(2)];
  return {
    start: triple((axis) => start[axis] ?? 0),
    place: triple((axis) => (start[axis] ?? 0) - corner[axis]),
    part: triple((axis) => (end[axis] ?? 1) - (start[axis] ?? 0)),
  };
}

/** Writes the crop `[C, …size]`; what lies outside of the scan is as air, or, before and after a clip, its nearest frame. */
function cutInto(
  into: Float32Array,
  scan: PreparedScan,
  corner: Triple,
  options: CropOptions,
  intensities: () => Intensities,
): void {
  const { size, own } = options;
  const normalisation = own === undefined ? options.normalise : 'own';
  const { start, place, part } = overlap(extentsOf(scan), size, corner);
  const [voxels, mask] = [scan.data.voxels(start, part), scan.data.foreground(start, part)];
  const count = volumeOf(size);
  const tissue = new Uint8Array(count);
  const target = { offset: 0, shape: size, corner: place };
  copyBox(mask, { offset: 0, shape: part, corner: ORIGIN }, tissue, target, part);
  if (scan.frameTime !== null) repeatFrames(tissue, size, place[0], part[0]);
  for (let channel = 0; channel * count < into.length; channel++) {
    const crop = into.subarray(channel * count, (channel + 1) * count);
    crop.fill(normalisation === 'crop' ? 0 : (intensities().channels[channel]?.darkest ?? 0));
    copyBox(voxels, { offset: channel * volumeOf(part), shape: part, corner: ORIGIN }, crop, target, part);
    if (scan.frameTime !== null) repeatFrames(crop, size, place[0], part[0]);
    if (normalisation === 'crop') {
      flattenAir(crop, tissue);
      normalise(crop);
    } else if (normalisation === 'scan') standardiseByScan(crop, tissue, intensities().channels[channel]);
  }
  own?.(
    into,
    intensities().channels.map(({ darkest, brightest }) => [darkest, brightest] as const),
  );
}

/** In place: frames before and after those that a clip has become its first and last one. */
function repeatFrames(crop: Float32Array | Uint8Array, size: Triple, first: number, count: number): void {
  const frame = size[1] * size[2];
  for (let d = 0; d < size[0]; d++) {
    const nearest = Math.min(Math.max(d, first), first + count - 1);
    if (nearest !== d) crop.copyWithin(d * frame, nearest * frame, (nearest + 1) * frame);
  }
}

/** In place: air takes the darkest tissue of the scan; then by mean and deviation of the scan. */
function standardiseByScan(
  crop: Float32Array,
  tissue: Uint8Array,
  channel: Intensities['channels'][number] | undefined,
): void {
  const { darkestTissue = 0, mean = 0, deviation = 1 } = channel ?? {};
  const scale = deviation > 1e-6 ? 1 / deviation : 0;
  for (let i = 0; i < crop.length; i++) {
    crop[i] = ((tissue[i] === 1 ? (crop[i] ?? 0) : darkestTissue) - mean) * scale;
  }
}

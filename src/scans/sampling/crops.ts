/**
 * Seeded drawing of crops: a modality, a patient, one of its volumes, a place with enough tissue.
 *
 * Modalities and patients are drawn before volumes, so that neither a common modality nor a patient with many scans
 * dominates. A crop lies inside its volume, which holds only scanned voxels: no padding is ever added.
 */
import type { Triple } from '../../core/tensor.js';
import { UserError } from '../../core/errors.js';
import type { Rng } from '../../core/random.js';
import { copyBox, ORIGIN, volumeOf } from './boxes.js';
import type { Crop, ScanSet, Volume } from './scan-set.js';

/** Number of places tried before the one with the most tissue is taken. */
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
  const modalities = drawnFrom(set, split, size);
  let best: { volume: Volume; corner: Triple; tissue: number } | undefined;
  const needed = minimumForeground * volumeOf(size);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const [first] = modalities;
    const patients = modalities.length === 1 && first !== undefined ? first : rng.pick(modalities);
    const volume = rng.pick(rng.pick(patients));
    const corner: Triple = [
      rng.int(volume.shape[1] - size[0] + 1),
      rng.int(volume.shape[2] - size[1] + 1),
      rng.int(volume.shape[3] - size[2] + 1),
    ];
    const tissue = needed > 0 ? volume.data.tissue(corner, size) : 0;
    if (best === undefined || tissue > best.tissue) best = { volume, corner, tissue };
    if (tissue >= needed) break;
  }
  if (best === undefined) throw new Error('no place was tried');
  return cropAt(best.volume, best.corner, size);
}

/** Returns the crop of `size` `[D, H, W]` whose first voxel is at `corner` `[D, H, W]`. */
export function cropAt({ id, patient, shape, data }: Volume, corner: Triple, size: Triple): Crop {
  let voxels: Float32Array | undefined;
  let foreground: Uint8Array | undefined;
  const within = ([d, h, w]: Triple): Triple => [corner[0] + d, corner[1] + h, corner[2] + w];
  const crop: Crop = {
    volume: id,
    patient,
    shape: [shape[0], ...size],
    get voxels() {
      return (voxels ??= data.voxels(corner, size));
    },
    get foreground() {
      return (foreground ??= data.foreground(corner, size));
    },
    tissue: (at, box) => data.tissue(within(at), box),
  };
  // Not what was made and may have been changed since.
  direct.set(crop, {
    voxels: (channel, at, box, into) => {
      if (voxels !== undefined || data.copyVoxels === undefined) return false;
      data.copyVoxels(channel, within(at), box, into);
      return true;
    },
    foreground: (at, box, into) => {
      if (foreground !== undefined || data.copyForeground === undefined) return false;
      data.copyForeground(within(at), box, into);
      return true;
    },
  });
  return crop;
}

/** Reads of a crop that pass over `voxels` and `foreground`; each returns false where it cannot. */
interface DirectReads {
  readonly voxels: (channel: number, at: Triple, size: Triple, into: Float32Array) => boolean;
  readonly foreground: (at: Triple, size: Triple, into: Uint8Array) => boolean;
}

/** By crop: one that was made from another, with other voxels, has none. */
const direct = new WeakMap<Crop, DirectReads>();

/** Copies one channel's voxels in the box of `size` at `corner` `[D, H, W]` of a crop, if need be without making all of them. */
export function copyVoxels(crop: Crop, channel: number, { corner, size }: CropBox, into: Float32Array): void {
  if (direct.get(crop)?.voxels(channel, corner, size, into) === true) return;
  const [, ...shape] = crop.shape;
  const from = { offset: channel * volumeOf(shape), shape, corner };
  copyBox(crop.voxels, from, into, { offset: 0, shape: size, corner: ORIGIN }, size);
}

/** The same of the mask of tissue. */
export function copyForeground(crop: Crop, { corner, size }: CropBox, into: Uint8Array): void {
  if (direct.get(crop)?.foreground(corner, size, into) === true) return;
  const [, ...shape] = crop.shape;
  const whole = { offset: 0, shape: size, corner: ORIGIN };
  copyBox(crop.foreground, { offset: 0, shape, corner }, into, whole, size);
}

/** A box of a crop, in its voxels `[D, H, W]`. */
interface CropBox {
  readonly corner: Triple;
  readonly size: Triple;
}

/** Volumes by modality and patient. */
type Groups = readonly (readonly (readonly Volume[])[])[];

/** Groups of each set by split and crop size, since they are the same for every crop. */
const groupsOf = new WeakMap<ScanSet, Map<string, Groups>>();

/** Volumes of the split that hold a crop of `size`, by modality, by patient. */
function drawnFrom(set: ScanSet, split: Volume['split'], size: Triple): Groups {
  const known = groupsOf.get(set) ?? new Map<string, Groups>();
  groupsOf.set(set, known);
  const key = [split, ...size].join(' ');
  const groups = known.get(key) ?? group(set, split, size);
  known.set(key, groups);
  return groups;
}

function group({ volumes, balance }: ScanSet, split: Volume['split'], size: Triple): Groups {
  const fitting = volumes.filter(
    (volume) =>
      volume.split === split && size.every((extent, axis) => extent <= (volume.shape[axis + 1] as number)),
  );
  if (fitting.length === 0) {
    throw new UserError({
      subject: 'scans',
      problem: `no ${split} volume holds a crop of ${size.join(' × ')} voxels`,
      fix: 'choose a smaller crop or spacing, or add larger scans',
    });
  }
  const modalities = balance === 'modalities' ? groupBy(fitting, ({ modality }) => modality) : [fitting];
  return modalities.map((members) => groupBy(members, ({ patient }) => patient));
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): T[][] {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

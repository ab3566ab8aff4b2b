/**
 * Scans as a model of real ones should not meet them: anatomy on its head, or the contrast of another modality. Shapes,
 * patients and the outline of the tissue are those of the real scans.
 */
import type { Rng } from '../../core/random.js';
import { memoryVolume, wholeVolume, type ScanSet, type Volume } from '../sampling/scan-set.js';
import { nullKinds, nullScans, type NullKind } from './null-scans.js';

/**
 * - `flipped slices`, `flipped rows`, `flipped columns`: one axis reversed; columns may change little, since bodies are nearly
 *   symmetric.
 * - `inverted`: bright is dark, within the range of the scan's tissue.
 * - `other contrast`: the intensity of tissue goes through a curve that rises and falls, drawn for each scan, as tissues
 *   that are alike in one modality differ in another.
 */
export type ForeignKind =
  'flipped slices' | 'flipped rows' | 'flipped columns' | 'inverted' | 'other contrast';

const foreignKinds: readonly ForeignKind[] = [
  'flipped slices',
  'flipped rows',
  'flipped columns',
  'inverted',
  'other contrast',
];

export type AlteredKind = NullKind | ForeignKind;

/** All alterations, those that leave no anatomy first. */
export const alteredKinds: readonly AlteredKind[] = [...nullKinds, ...foreignKinds];

/** The scans of a set altered, each by random numbers of its own. */
export function alteredScans(set: ScanSet, kind: AlteredKind, rng: Rng): ScanSet {
  // Frames are as independent as they come: a single clip is shown at a time.
  if ((nullKinds as readonly string[]).includes(kind)) return nullScans(set, kind as NullKind, rng, 1);
  const foreign = kind as ForeignKind;
  const volumes = set.volumes.map((volume, i) => foreignVolume(volume, foreign, rng.split(foreign, i)));
  const { channels, balance, fingerprint } = set;
  return { volumes, channels, balance, fingerprint: `${fingerprint} as ${kind}` };
}

function foreignVolume(volume: Volume, kind: ForeignKind, rng: Rng): Volume {
  const { voxels, foreground } = wholeVolume(volume);
  const axis = ['flipped slices', 'flipped rows', 'flipped columns'].indexOf(kind);
  if (axis >= 0) {
    const [, ...space] = volume.shape;
    return memoryVolume(volume, flipped(voxels, space, axis), flipped(foreground, space, axis));
  }
  return memoryVolume(volume, recoloured(voxels, foreground, curveOf(kind, rng)), foreground);
}

/** `values` over space `[D, H, W]`, any number of channels before it, with one axis of space reversed. */
function flipped<T extends Float32Array | Uint8Array>(values: T, space: readonly number[], axis: number): T {
  const made = values.slice() as T;
  const inner = space.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const extent = space[axis] ?? 1;
  for (let from = 0; from < values.length; from += inner) {
    const place = Math.floor(from / inner) % extent;
    made.set(values.subarray(from, from + inner), from + (extent - 1 - 2 * place) * inner);
  }
  return made;
}

/** A map of [0, 1] to itself, of intensities within the range of a scan's tissue. */
function curveOf(kind: 'inverted' | 'other contrast' | ForeignKind, rng: Rng): (share: number) => number {
  if (kind === 'inverted') return (share) => 1 - share;
  const [turns, start] = [rng.uniform(1, 2), rng.uniform(0, 2 * Math.PI)];
  return (share) => (1 + Math.sin(start + 2 * Math.PI * turns * share)) / 2;
}

/** Tissue through a curve, over the range of its middle 98 % in each channel; air as it was. */
function recoloured(
  voxels: Float32Array,
  foreground: Uint8Array,
  curve: (share: number) => number,
): Float32Array {
  const made = voxels.slice();
  for (let channel = 0; channel < voxels.length; channel += foreground.length) {
    const tissue = voxels.slice(channel, channel + foreground.length).filter((_, i) => foreground[i] === 1);
    const sorted = tissue.sort();
    const [low, high] = [0.01, 0.99].map((rank) => sorted[Math.floor(rank * (sorted.length - 1))] ?? 0);
    const range = (high ?? 0) - (low ?? 0);
    if (range <= 0) continue;
    for (let i = 0; i < foreground.length; i++) {
      if (foreground[i] !== 1) continue;
      const share = ((voxels[channel + i] ?? 0) - (low ?? 0)) / range;
      made[channel + i] = (low ?? 0) + range * curve(Math.min(1, Math.max(0, share)));
    }
  }
  return made;
}

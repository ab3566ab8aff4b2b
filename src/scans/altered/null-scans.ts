/**
 * Scans without anatomy, but with the shapes and patients of real ones: whatever a task's answer can be found by here
 * is a shortcut.
 */
import type { Rng } from '../../core/random.js';
import { memoryVolume, wholeVolume, type ScanSet, type Volume } from '../sampling/scan-set.js';

/**
 * - `noise`: white, and tissue everywhere.
 * - `smooth noise`: the same, averaged over 3³ voxels as resampling leaves it; equal everywhere, so that only continued
 *   edges tell how parts belonged together. Of films, frames alone are smoothed where a question shows a single clip:
 *   noise that is smooth in time has a pace, and finding it is no shortcut.
 * - `constant`: one value everywhere.
 * - `shuffled`: tissue voxels in random order; air as it was. What remains is the outline of the body, which is anatomy
 *   of a kind.
 */
export type NullKind = 'noise' | 'smooth noise' | 'constant' | 'shuffled';

export const nullKinds: readonly NullKind[] = ['noise', 'smooth noise', 'constant', 'shuffled'];

/** `parts`: that a question shows to the encoder. */
export function nullScans(set: ScanSet, kind: NullKind, rng: Rng, parts: number): ScanSet {
  const volumes = set.volumes.map((volume, i) => {
    const real = wholeVolume(volume);
    const framewise = parts === 1 && typeof volume.frameTime === 'number';
    const foreground = kind === 'shuffled' ? real.foreground : new Uint8Array(real.foreground.length).fill(1);
    return memoryVolume(
      volume,
      voxelsOf(volume.shape, real, kind, rng.split(kind, i), framewise),
      foreground,
    );
  });
  const { channels, balance, fingerprint } = set;
  return { volumes, channels, balance, fingerprint: `${fingerprint} as ${kind}` };
}

function voxelsOf(
  shape: Volume['shape'],
  { voxels, foreground }: ReturnType<typeof wholeVolume>,
  kind: NullKind,
  rng: Rng,
  framewise: boolean,
): Float32Array {
  const size = foreground.length;
  switch (kind) {
    case 'noise':
      return gaussian(voxels.length, rng);
    case 'smooth noise': {
      const noise = gaussian(voxels.length, rng);
      for (let at = 0; at < noise.length; at += size) smooth(noise.subarray(at, at + size), shape, framewise);
      return noise;
    }
    case 'constant':
      return new Float32Array(voxels.length);
    case 'shuffled': {
      const shuffled = voxels.slice();
      const tissue: number[] = [];
      foreground.forEach((inside, i) => {
        if (inside === 1) tissue.push(i);
      });
      for (let at = 0; at < voxels.length; at += size) {
        for (let i = tissue.length - 1; i > 0; i--) {
          const [a, b] = [at + (tissue[i] ?? 0), at + (tissue[rng.int(i + 1)] ?? 0)];
          const held = shuffled[a] ?? 0;
          shuffled[a] = shuffled[b] ?? 0;
          shuffled[b] = held;
        }
      }
      return shuffled;
    }
  }
}

/** Sums of four uniform numbers, at deviation 1: near enough to normal, and quick for whole scans. */
function gaussian(count: number, rng: Rng): Float32Array {
  const scale = Math.sqrt(3);
  return Float32Array.from(
    { length: count },
    () => (rng.float() + rng.float() + rng.float() + rng.float() - 2) * scale,
  );
}

/**
 * In place: the mean of three neighbours along each axis in turn, `framewise` not along the first; ends keep what they
 * have of them.
 */
function smooth(voxels: Float32Array, [, depth, height, width]: Volume['shape'], framewise: boolean): void {
  const strides = [height * width, width, 1];
  [depth, height, width].forEach((extent, axis) => {
    if (framewise && axis === 0) return;
    const stride = strides[axis] ?? 1;
    const before = voxels.slice();
    for (let i = 0; i < voxels.length; i++) {
      const place = Math.floor(i / stride) % extent;
      const low = place > 0 ? (before[i - stride] ?? 0) : 0;
      const high = place + 1 < extent ? (before[i + stride] ?? 0) : 0;
      voxels[i] = (low + (before[i] ?? 0) + high) / Math.sqrt(3);
    }
  });
}

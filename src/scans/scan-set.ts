/**
 * Preprocessed scans, ready to be cropped: what the scans layer hands to tasks and workers.
 *
 * Voxels lie in SharedArrayBuffers, so that threads share them instead of copying.
 * Axes are canonical: `[C, D, H, W]` with D towards superior, H towards anterior, W towards right (RAS+ reversed,
 * `x` fastest), for volumes; `[C, frames, H, W]` for cine, with H downwards and W to the right as clips are shown.
 */
import type { Triple } from './geometry.js';

export interface Volume {
  /** A short id without patient data: hash of content and transforms. */
  readonly id: string;
  readonly split: 'train' | 'validation';
  /** Index of the patient within the set; scans of one patient share it and its split. */
  readonly patient: number;
  /** `[C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number];
  /** Millimetres along `[D, H, W]`; for cine, D counts frames and its entry is `frameTime`. */
  readonly spacing: Triple;
  /** Seconds from frame to frame where D is time; null or absent for volumes. */
  readonly frameTime?: number | null;
  /** `[C, D, H, W]`, normalised intensities. */
  readonly voxels: Float32Array;
  /** `[D, H, W]`, 1 where there is tissue, 0 in air. */
  readonly foreground: Uint8Array;
}

export interface ScanSet {
  readonly volumes: readonly Volume[];
  readonly channels: number;
  /** Hash of every file's content, all transforms and the split: equal sets give equal fingerprints. */
  readonly fingerprint: string;
  /** Where another process finds the volumes again (`recipe.ts`); absent in sets that were never on disk. */
  readonly cacheDirectory?: string;
}

export interface Crop {
  readonly volume: string;
  readonly patient: number;
  /** `[C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number];
  readonly voxels: Float32Array;
  /** `[D, H, W]`. */
  readonly foreground: Uint8Array;
}

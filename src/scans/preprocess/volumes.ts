/**
 * Volumes on their way from a stored scan to networks.
 */
import type { Triple } from '../../core/tensor.js';

/** A volume as networks see it. */
export interface PreparedVolume {
  /** `[C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number];
  /** Millimetres along `[D, H, W]`; for cine, seconds along D. */
  readonly spacing: Triple;
  /** Seconds from frame to frame where D is time, else null. */
  readonly frameTime: number | null;
  /** `[C, D, H, W]`. */
  readonly voxels: Float32Array;
  /** `[D, H, W]`, 1 where there is tissue. */
  readonly foreground: Uint8Array;
}

/** A frame, or what was made of several: `[D, H, W]` with its spacing. */
export interface Resampled {
  readonly voxels: Float32Array;
  readonly shape: Triple;
  readonly spacing: Triple;
  readonly frameTime: number | null;
  /** `[D, H, W]`, 1 where something was measured, 0 at padding; absent where there is none. */
  readonly measured?: Uint8Array;
}

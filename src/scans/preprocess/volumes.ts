/**
 * Records for volumes on their way from a stored scan to networks.
 */
import type { Triple } from '../../core/tensor.js';

/** A volume ready for networks. */
export interface PreparedVolume {
  /** `[C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number];
  /** Millimetres along `[D, H, W]`; for cine, seconds along D. */
  readonly spacing: Triple;
  /** Seconds from frame to frame if D is time, else null. */
  readonly frameTime: number | null;
  /** `[C, D, H, W]`. */
  readonly voxels: Float32Array;
  /** `[D, H, W]`, 1 where there is tissue. */
  readonly foreground: Uint8Array;
}

/** A frame, or a volume made from several: `[D, H, W]` with its spacing. */
export interface Resampled {
  readonly voxels: Float32Array;
  readonly shape: Triple;
  readonly spacing: Triple;
  readonly frameTime: number | null;
  /** `[D, H, W]`, 1 for measured voxels, 0 for padding; absent if there is no padding. */
  readonly measured?: Uint8Array;
}

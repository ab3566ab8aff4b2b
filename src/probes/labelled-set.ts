/**
 * Labelled crops as plain data, ready to be fed to encoders: what workers are handed.
 */
export interface LabelledSet {
  /** Voxels of all crops: `[N, C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number, number];
  /** Normalised per crop, as proxy tasks do. Shared between threads. */
  readonly voxels: Float32Array;
  /** Class of each crop. */
  readonly labels: readonly number[];
  /** Whose each crop is. */
  readonly patients: readonly number[];
  /** Hash of all this. */
  readonly fingerprint: string;
}

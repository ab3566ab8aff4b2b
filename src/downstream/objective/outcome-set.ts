/**
 * Labelled crops and what is known of their patients, as plain data: what candidates of a search are scored by.
 */
import type { Targets } from '../targets.js';

/** Rows of one inner fold, by number. */
export interface InnerFold {
  readonly train: readonly number[];
  /** Patients that choose the best step of a head that is trained by steps; may be none. */
  readonly heldOut: readonly number[];
  /** Rows that the fold's model answers for; each row is one of exactly one fold. */
  readonly answer: readonly number[];
}

export interface OutcomeSet {
  /** Voxels of all crops, row after row, normalised: `[T, C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number, number];
  /** Shared between threads. */
  readonly voxels: Float32Array;
  /** Crops of each row. */
  readonly tiles: readonly number[];
  readonly targets: Targets;
  /** Whose each row is, by number. */
  readonly patients: readonly number[];
  /** Group of each row by the attribute whose worst group counts; absent where none does. */
  readonly groups?: readonly (string | null)[];
  readonly folds: readonly InnerFold[];
  /** Hash of all this. */
  readonly fingerprint: string;
}

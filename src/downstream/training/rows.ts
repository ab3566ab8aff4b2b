/**
 * Rows that a downstream model learns from or answers for.
 */
import type { Tensor } from '../../core/tensor.js';
import type { Targets } from '../targets.js';

/** Crops of scans by row, for encoders that are trained. */
export interface ScanInputs {
  /** `[C, D, H, W]` of a crop. */
  readonly shape: readonly [number, number, number, number];
  /** Fills `into` with a crop of the row: drawn by the key where it is trained on, else tile number `tile`. */
  fill(
    row: number,
    view: { readonly key: readonly (string | number)[] } | { readonly tile: number },
    into: Float32Array,
  ): void;
  /** Tiles of a row: 1 for a single crop. */
  tiles(row: number): number;
}

export interface ModelRows {
  /** Frozen features `[N, F]`, or of tiles `[T, F]`, or absent. */
  readonly features?: Tensor;
  /** How many of the last columns of `features` are of the encoder's first stage; absent: none. */
  readonly early?: number;
  /**
   * Where scans are answered for tile by tile: rows of `features` of each row, one after another; their answers are averaged.
   * Absent: one each.
   */
  readonly tiles?: readonly number[];
  /** Scans of the rows, for encoders that are trained; absent where features are given, or there is no encoder. */
  readonly scans?: ScanInputs;
  /** Encoded covariates `[N, P]` (numbers, indicators of categories and of missing values), or absent. */
  readonly covariates?: Tensor;
  readonly targets: Targets;
  /** Group of each row by the attribute that fairness names; null: unknown. */
  readonly groups?: readonly (string | null)[];
  readonly patients: readonly string[];
}

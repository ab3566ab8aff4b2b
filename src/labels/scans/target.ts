/**
 * A scan that labels are put on: how the manifest names it, its grid, and its slices by the pictures that they came from.
 */
import type { Triple } from '../../core/tensor.js';
import type { Affine } from '../../scans/geometry.js';

export interface Grid {
  /** Voxels along the stored axes `[x, y, z]`. */
  readonly size: Triple;
  readonly frames: number;
  /** Millimetres along them. */
  readonly spacing: Triple;
  /** Seconds from frame to frame; null: unknown, or one frame. */
  readonly frameTime: number | null;
  /** From voxel indices to RAS+ millimetres. */
  readonly affine: Affine;
}

/** A slice of a scan within the picture that it was stored in. */
export interface SlicePlace {
  /** `frame × depth + z`. */
  readonly slice: number;
  /** Frame of the stored picture, from 0. */
  readonly frame: number;
  /** Corner within that picture; not 0, 0 for tiles of a mosaic. */
  readonly corner: readonly [column: number, row: number];
  /** Extents of that picture. */
  readonly picture: readonly [columns: number, rows: number];
}

export interface Target {
  /** Place among the scans of the folder, from 0: the order of the manifest. */
  readonly number: number;
  /** As the manifest names it. */
  readonly path: string;
  /** The file or folder that `path` names. */
  readonly absolute: string;
  /** Names of its files, and of the folder that it fills, relative to the folder of scans. */
  readonly names: readonly string[];
  /** Its files, the first by name first. */
  readonly paths: readonly [string, ...string[]];
  readonly patient: string;
  readonly modality: string | null;
  /** Further cells of its row, where a manifest of the scans was given. */
  readonly more: Readonly<Record<string, string>>;
  /** Old UIDs as its files have them; null for what is no DICOM. */
  readonly uids: { readonly study: string; readonly series: string } | null;
  /** Slices by the SOP Instance UID of their picture. */
  readonly pictures: ReadonlyMap<string, readonly SlicePlace[]>;
  /** Reads the grid; throws `UserError` where the file cannot be read. */
  grid(): Promise<Grid>;
}

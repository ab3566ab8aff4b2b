/**
 * Preprocessed scans, ready to be cropped, as the scans layer passes them to tasks and workers.
 *
 * A set describes its volumes; their voxels are read box by box (`volume-data.ts`), so that sets may be larger than
 * memory.
 * Axes are canonical: `[C, D, H, W]` with D towards superior, H towards anterior, W towards right (RAS+ reversed,
 * `x` fastest), for volumes; `[C, frames, H, W]` for cine, with H downwards and W to the right as clips are shown.
 */
import type { Triple } from '../../core/tensor.js';
import type { CachedVolume } from '../cache/cache.js';
import { MemoryData, type VolumeData } from '../cache/volume-data.js';

/** Facts about a volume without its voxels; plain data. */
export interface VolumeFacts {
  /** A short id without patient data: hash of content and transforms. */
  readonly id: string;
  readonly split: 'train' | 'validation';
  /** Index of the patient within the set; scans of one patient share it and its split. */
  readonly patient: number;
  /** Modality as DICOM names it; null if unknown. */
  readonly modality: string | null;
  /** `[C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number];
  /** Millimetres along `[D, H, W]`; for cine, D counts frames and its entry is `frameTime`. */
  readonly spacing: Triple;
  /** Seconds from frame to frame if D is time; null for volumes. */
  readonly frameTime: number | null;
}

export interface Volume extends VolumeFacts {
  readonly data: VolumeData;
}

export interface ScanSet {
  readonly volumes: readonly Volume[];
  readonly channels: number;
  /** The units from which crops are drawn evenly; see `drawCrop`. */
  readonly balance: Balance;
  /** Hash of every file's content, all transforms, the split and the balance: equal sets give equal fingerprints. */
  readonly fingerprint: string;
  /** Opens the set again in another thread or process (`scan-set-transfer.ts`); absent in sets that were never on disk. */
  readonly recipe?: ScanRecipe;
}

/** A set as plain data. */
export interface ScanRecipe extends Pick<ScanSet, 'channels' | 'balance' | 'fingerprint'> {
  readonly cacheDirectory: string;
  /** Memory budget for voxels, in bytes, of each process or thread that opens it. */
  readonly memory: number;
  readonly volumes: readonly RecipeVolume[];
}

/** A volume and how it is stored. */
export type RecipeVolume = VolumeFacts & Pick<CachedVolume, 'tissue' | 'bytes'>;

/** `patients`: all patients are equally likely. `modalities`: all modalities are, and all patients within each. */
export type Balance = 'patients' | 'modalities';

export interface Crop {
  readonly volume: string;
  readonly patient: number;
  /** `[C, D, H, W]`. */
  readonly shape: readonly [number, number, number, number];
  /** Read on first access, since tasks reject most crops for too little tissue alone. */
  readonly voxels: Float32Array;
  /** `[D, H, W]`. */
  readonly foreground: Uint8Array;
  /** Number of voxels with tissue in the box of `size` at `corner` `[D, H, W]`; faster than counting in `foreground`. */
  readonly tissue?: (corner: Triple, size: Triple) => number;
}

/** A volume whose voxels `[C, D, H, W]` and mask `[D, H, W]` are in memory. */
export function memoryVolume(facts: VolumeFacts, voxels: Float32Array, foreground: Uint8Array): Volume {
  return { ...facts, data: new MemoryData(facts.shape, voxels, foreground) };
}

/** All of a volume's voxels and its mask. */
export function wholeVolume({ shape, data }: Volume): {
  readonly voxels: Float32Array;
  readonly foreground: Uint8Array;
} {
  const size: Triple = [shape[1], shape[2], shape[3]];
  return { voxels: data.voxels([0, 0, 0], size), foreground: data.foreground([0, 0, 0], size) };
}

/**
 * Records for files of a folder on their way to scans: as listed, with their facts, and combined.
 */
import type { FileFacts, Format } from '../formats/format.js';
import type { Part } from './parts.js';
import type { Stated } from './stated.js';

/** A scan that was found. */
export interface ScanFile {
  /** Its files, the first by name first. */
  readonly paths: readonly [string, ...string[]];
  /** The scan among those in these files, if there are several. */
  readonly part: Part | null;
  /** Name of the first file for the user: relative to the folder, or as the manifest gives it. */
  readonly name: string;
  readonly format: Format | undefined;
  /** Patient, equal for all of a patient's files; without information, every scan is a patient. */
  readonly patient: string;
  /** Key that orders patients: depends only on the user's input, on nothing random. */
  readonly rank: string;
  /** Side of the split, if a manifest fixes it. */
  readonly split: 'train' | 'validation' | null;
  readonly modality: string | null;
  /** What its manifest says that its file cannot, such as the size of an array's voxels; absent: nothing. */
  readonly stated?: Stated | null;
  /** Remarks about the location of its files, such as slices in several folders. */
  readonly remarks: readonly string[];
}

/** A file or folder to examine, with the manifest's entries for it. */
export type Listed = Pick<ScanFile, 'name' | 'split' | 'modality' | 'stated'> & {
  readonly path: string;
  readonly patient: string | null;
  /** Set if a manifest names it directly, rather than a folder that it was found in. */
  readonly named?: boolean;
};

/** A file with its facts. */
export interface Member {
  readonly file: Listed;
  readonly format: Format | undefined;
  readonly facts: FileFacts | undefined;
  /** True if it can not be read from disk. */
  readonly closed: boolean;
}

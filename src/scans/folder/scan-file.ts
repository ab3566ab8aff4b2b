/**
 * The files of a folder on their way to scans: as listed, with what is known of them, and put together.
 */
import type { FileFacts, Format } from '../formats/format.js';
import type { Part } from './parts.js';

/** A scan that was found. */
export interface ScanFile {
  /** Its files, the first by name first. */
  readonly paths: readonly [string, ...string[]];
  /** The scan among those in these files, where there are several. */
  readonly part: Part | null;
  /** The first file as the user knows it: relative to the folder, or as the manifest names it. */
  readonly name: string;
  readonly format: Format | undefined;
  /** Files of one patient have the same; where nothing says whose it is, every scan is a patient. */
  readonly patient: string;
  /** The key that orders patients: depends on what the user gave, and on nothing that is random. */
  readonly rank: string;
  /** Where a manifest fixes it. */
  readonly split: 'train' | 'validation' | null;
  readonly modality: string | null;
  /** Remarks about how its files lie, such as slices in several folders. */
  readonly remarks: readonly string[];
}

/** A file or folder to look at, and what a manifest says of it. */
export type Listed = Pick<ScanFile, 'name' | 'split' | 'modality'> & {
  readonly path: string;
  readonly patient: string | null;
  /** Named by a manifest itself, and not found in a folder. */
  readonly named?: boolean;
};

/** A file and what is known of it. */
export interface Member {
  readonly file: Listed;
  readonly format: Format | undefined;
  readonly facts: FileFacts | undefined;
  /** It can not be opened. */
  readonly closed: boolean;
}

/**
 * What a reader says of a scan: a label of the whole, or a label with the voxels that it was drawn on. All sources come down
 * to this.
 */
import type { Bits } from './geometry/bits.js';
import type { Target } from './scans/target.js';

export const SOURCES = ['mdai', 'dicom-seg', 'rtstruct', 'coco', 'nifti', 'csv'] as const;
export type SourceKind = (typeof SOURCES)[number];

export interface Region {
  /** Masks `[y, x]` by the number of their slice, `frame × depth + z`; a slice without marks is empty. */
  readonly slices: Map<number, Bits>;
  /** True where the source speaks of the whole scan: what it does not mark is background. */
  readonly complete: boolean;
}

export interface Statement {
  readonly target: Target;
  /** Identity of the reader as the source has it: for comparing, never for writing. Empty: the source does not say. */
  readonly reader: string;
  readonly label: string;
  /** Label that this one refines; null: none. */
  readonly parent: string | null;
  readonly source: SourceKind;
  /** Number of the file among those given. */
  readonly file: number;
  /** Null: of the whole scan. */
  readonly region: Region | null;
}

/** A scan that a reader has looked at, whatever was found. */
export interface Looked extends Pick<Statement, 'target' | 'reader' | 'source'> {
  /** True where a mask speaks of the whole scan, even if it marks nothing. */
  readonly whole?: boolean;
  /** Voxels by slice of which that mask says nothing. Absent: none. */
  readonly unknown?: ReadonlyMap<number, Bits>;
}

/** What files say, gathered. */
export interface Collected {
  readonly statements: Statement[];
  readonly looked: Looked[];
  /** What the user should know of, with how often it happened. */
  readonly remarks: Map<string, number>;
}

export function nothingYet(): Collected {
  return { statements: [], looked: [], remarks: new Map() };
}

/** Counts a remark. */
export function remark(collected: Collected, text: string, count = 1): void {
  collected.remarks.set(text, (collected.remarks.get(text) ?? 0) + count);
}

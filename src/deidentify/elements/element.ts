/**
 * Data elements as byte ranges of a file, and what they become.
 *
 * Source: DICOM PS3.5 section 7.
 */
export interface Encoding {
  /** True if elements state their value representation. */
  readonly explicit: boolean;
  readonly big: boolean;
}

/** A fragment of encapsulated pixels; the first is the basic offset table. */
export interface Fragment {
  readonly start: number;
  readonly end: number;
}

export interface Item {
  readonly elements: readonly Element[];
  readonly open: boolean;
}

/** One element that was read: positions in the bytes of its data set. */
export interface Element {
  readonly tag: number;
  /** Value representation as stated; empty in implicit encodings. */
  readonly stated: string;
  /** Value representation by which it is treated: the one stated, or that of the dictionary. */
  readonly representation: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** First byte after the element, delimiters included. */
  readonly end: number;
  /** True if its length is not stated. */
  readonly open: boolean;
  readonly items?: readonly Item[];
  /** Encoding of its items, which is another one in elements of unknown representation. */
  readonly itemEncoding?: Encoding;
  readonly fragments?: readonly Fragment[];
}

/** An element to write. */
export type Written =
  | { readonly kind: 'bytes'; readonly tag: number; readonly whole: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'value'; readonly tag: number; readonly stated: string; readonly value: Uint8Array }
  | {
      readonly kind: 'items';
      readonly tag: number;
      readonly stated: string;
      readonly open: boolean;
      readonly encoding: Encoding;
      readonly items: readonly WrittenItem[];
    }
  | {
      readonly kind: 'fragments';
      readonly tag: number;
      readonly stated: string;
      readonly fragments: readonly Uint8Array[];
    };

export interface WrittenItem {
  readonly open: boolean;
  readonly elements: readonly Written[];
}

export const LITTLE_IMPLICIT: Encoding = { explicit: false, big: false };

/** Representations with two-byte lengths; all others, future ones too, have four after two reserved: PS3.5 table 7.1-2. */
export const SHORT_LENGTH: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
);

export const ITEM = 0xfffee000;
export const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;
export const OPEN_LENGTH = 0xffffffff;
export const PIXELS = 0x7fe00010;

/**
 * Pixel padding: stored values that fill a picture where nothing was measured, such as outside of a round field of view.
 *
 * Source: DICOM PS3.3 C.7.5.1.1.2 (Pixel Padding Value and Range Limit: a value, or all from one to the other, compared
 * before the modality's units; signed as the pixels are), C.7.6.24 (of floats).
 */
import type { DicomFile } from '../elements/file.js';
import type { Picture } from './picture.js';

/** Inclusive range of stored values; NaN if NaN is the padding. */
export type Padding = readonly [low: number, high: number];

/** Tags of padding value and range limit, by the bits of floats. */
const FLOATS = {
  32: { value: 'x00280122', limit: 'x00280124', stored: 'FL' },
  64: { value: 'x00280123', limit: 'x00280125', stored: 'FD' },
} as const;

export function paddingOf(file: DicomFile, picture: Picture): Padding | null {
  const [value, limit] = picture.float ? floats(file, picture) : integers(file, picture);
  if (value === undefined) return null;
  const end = limit ?? value;
  return [Math.min(value, end), Math.max(value, end)];
}

function integers({ data }: DicomFile, { signed, samples, photometric }: Picture): (number | undefined)[] {
  // Colours have none.
  if (samples > 1 || !photometric.startsWith('MONOCHROME')) return [];
  // The stated representation is ignored, since many writers state the wrong one.
  return ['x00280120', 'x00280121'].map((tag) => {
    const element = data.elements[tag];
    if (element === undefined || element.length < 2) return undefined;
    return signed ? data.int16(tag) : data.uint16(tag);
  });
}

function floats({ data }: DicomFile, { bitsAllocated }: Picture): (number | undefined)[] {
  const tags = bitsAllocated === 64 ? FLOATS[64] : FLOATS[32];
  const only = (tag: string): number | undefined =>
    data.elements[tag] === undefined ? undefined : tags.stored === 'FL' ? data.float(tag) : data.double(tag);
  return [only(tags.value), only(tags.limit)];
}

export function isPadding([low, high]: Padding, stored: number): boolean {
  return (stored >= low && stored <= high) || (stored !== stored && low !== low);
}

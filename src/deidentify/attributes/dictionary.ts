/**
 * Value representations of tags, for encodings that do not state them. Source: DICOM PS3.6 section 6; PS3.5 sections 7.2
 * (group lengths) and 7.8.1 (private creators).
 */
import { TAGS_OF } from './dictionary-data.js';
import { hexOf } from './table.js';

const known = new Map<string, string>();
const patterns: (readonly [RegExp, string])[] = [];
for (const [representation, tags] of Object.entries(TAGS_OF))
  for (const tag of tags.trim().split(/\s+/))
    if (tag.includes('x')) patterns.push([new RegExp(`^${tag.replaceAll('x', '.')}$`), representation]);
    else known.set(tag, representation);

/** Value representation of a tag; `UN` for those that nobody names. */
export function representationOf(tag: number): string {
  const [group, element] = [tag >>> 16, tag & 0xffff];
  if (element === 0) return 'UL';
  if (group % 2 === 1) return element >= 0x10 && element <= 0xff ? 'LO' : 'UN';
  const hex = hexOf(tag);
  return known.get(hex) ?? patterns.find(([pattern]) => pattern.test(hex))?.[1] ?? 'UN';
}

/** True for tags of the dictionary. */
export function isNamed(tag: number): boolean {
  return (tag >>> 16) % 2 === 0 && representationOf(tag) !== 'UN';
}

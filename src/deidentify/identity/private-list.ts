/**
 * The list of private attributes that may stay: one a line, creator and element, such as
 * `SIEMENS MR HEADER (0019,xx0C)`; "#" begins a remark.
 *
 * Source: DICOM PS3.5 section 7.8.1 (private blocks), PS3.15 E.3.10 (Retain Safe Private Option).
 */
import { UserError } from '../../core/errors.js';

export type PrivateList = ReadonlySet<string>;

const LINE = /^(.+?)\s+\(?([0-9a-f]{4}),\s*xx([0-9a-f]{2})\)?$/i;

/** @param file name of the list, for messages */
export function parsePrivateList(text: string, file: string): PrivateList {
  const found = new Set<string>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/#.*/, '').trim();
    if (line === '') continue;
    const match = LINE.exec(line);
    const group = Number.parseInt(match?.[2] ?? '0', 16);
    if (match === null || group % 2 === 0)
      throw new UserError({
        subject: `${file}, line ${index + 1}`,
        problem: 'must be a creator and an element of an odd group',
        fix: 'write it like: SIEMENS MR HEADER (0019,xx0C)',
      });
    found.add(entryOf(match[1] ?? '', group, Number.parseInt(match[3] ?? '0', 16)));
  }
  return found;
}

/** @param element the last two digits of the element's number */
export function entryOf(creator: string, group: number, element: number): string {
  return `${creator.trim()}|${group.toString(16)}|${element.toString(16)}`;
}

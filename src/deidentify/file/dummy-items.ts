/** What a sequence becomes that needs a dummy value: one item, which holds a dummy code where the sequence is one of codes. */
import { hexOf } from '../attributes/table.js';
import type { Written, WrittenItem } from '../elements/element.js';
import { DUMMY_CODE } from '../values/codes.js';
import { bytesOf } from '../values/text.js';

/** Sequences of codes that the table replaces by dummies: Institution, Person Identification, Verifying Observer. */
const OF_CODES = new Set(['00080082', '00401101', '0040a088']);

/** @param explicit true where elements state their representation */
export function dummyItems(tag: number, explicit: boolean): WrittenItem[] {
  if (!OF_CODES.has(hexOf(tag))) return [{ open: false, elements: [] }];
  const element = (of: number, stated: string, text: string): Written => ({
    kind: 'value',
    tag: of,
    stated: explicit ? stated : '',
    value: bytesOf(text, stated),
  });
  const { value, scheme, meaning } = DUMMY_CODE;
  const elements = [
    element(0x00080100, 'SH', value),
    element(0x00080102, 'SH', scheme),
    element(0x00080104, 'LO', meaning),
  ];
  return [{ open: false, elements }];
}

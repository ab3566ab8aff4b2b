/**
 * What a sequence becomes that needs a dummy value: one item, with what its definition requires where that is known.
 *
 * Source: DICOM PS3.3 tables 8.8-1 (codes), 10-11 (references to instances) and C.17-2 (verifying observers).
 */
import type { Written, WrittenItem } from '../elements/element.js';
import { DUMMY_CODE } from '../values/codes.js';
import { bytesOf } from '../values/text.js';

type Dummy = readonly (readonly [tag: number, stated: string, text: string])[];

const CODE: Dummy = [
  [0x00080100, 'SH', DUMMY_CODE.value],
  [0x00080102, 'SH', DUMMY_CODE.scheme],
  [0x00080104, 'LO', DUMMY_CODE.meaning],
];
/** A procedure step that is nowhere: its UID is that of the UUID of zeros. */
const PROCEDURE_STEP: Dummy = [
  [0x00081150, 'UI', '1.2.840.10008.3.1.2.3.3'],
  [0x00081155, 'UI', '2.25.0'],
];

const OBSERVER: Dummy = [
  [0x0040a027, 'LO', 'ANONYMIZED'],
  [0x0040a030, 'DT', '19000101000000'],
  [0x0040a075, 'PN', 'ANONYMIZED'],
  [0x0040a088, 'SQ', ''],
];

/** Sequences that the table replaces by dummies; others become an item that holds nothing. */
const DUMMIES: ReadonlyMap<number, Dummy> = new Map([
  [0x00080082, CODE], // Institution Code Sequence
  [0x00081111, PROCEDURE_STEP], // Referenced Performed Procedure Step Sequence
  [0x00401101, CODE], // Person Identification Code Sequence
  [0x0040a073, OBSERVER], // Verifying Observer Sequence
  [0x0040a088, CODE], // Verifying Observer Identification Code Sequence
]);

/** @param explicit true where elements state their representation */
export function dummyItems(tag: number, explicit: boolean): WrittenItem[] {
  const elements = (DUMMIES.get(tag) ?? []).map(([of, stated, text]): Written => ({
    kind: 'value',
    tag: of,
    stated: explicit ? stated : '',
    value: bytesOf(text, stated),
  }));
  return [{ open: false, elements }];
}

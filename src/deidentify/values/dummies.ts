/**
 * Dummy values: what "replace by a non-zero length value" (action D) becomes, by value representation.
 *
 * Source: DICOM PS3.15 E.1.1, PS3.5 table 6.2-1.
 */
import { bytesOf } from './text.js';

const TEXT: Readonly<Record<string, string>> = {
  AE: 'ANONYMIZED',
  AS: '000Y',
  CS: 'ANONYMIZED',
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: 'ANONYMIZED',
  LT: 'ANONYMIZED',
  PN: 'ANONYMIZED',
  SH: 'ANONYMIZED',
  ST: 'ANONYMIZED',
  TM: '000000',
  UC: 'ANONYMIZED',
  UR: 'http://anonymized.invalid',
  UT: 'ANONYMIZED',
};
const BYTES: Readonly<Record<string, number>> = {
  AT: 4,
  FD: 8,
  FL: 4,
  OD: 8,
  OF: 4,
  OL: 4,
  OV: 8,
  SL: 4,
  SV: 8,
  UL: 4,
  UV: 8,
};

export function dummyOf(representation: string): Buffer {
  const text = TEXT[representation];
  return text === undefined ? Buffer.alloc(BYTES[representation] ?? 2) : bytesOf(text, representation);
}

/** What a rescale type or the like says if its unit is not known: PS3.3 C.11.1.1.2. */
export const UNSPECIFIED = 'US';

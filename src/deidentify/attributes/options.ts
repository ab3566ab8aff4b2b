/**
 * Options of the basic profile: their columns in the table and their codes.
 *
 * Sources: DICOM PS3.15 E.3 (options), PS3.16 CID 7050 (De-identification Method).
 */
import type { Column } from './table.js';

interface Option {
  /** Null where the table has none, since the option is about pixels. */
  readonly column: Column | null;
  /** Code value and meaning in CID 7050. */
  readonly code: readonly [value: string, meaning: string];
}

export const OPTIONS = {
  'retain-dates': {
    column: 'dates',
    code: ['113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
  },
  'modify-dates': {
    column: 'modified',
    code: ['113107', 'Retain Longitudinal Temporal Information Modified Dates Option'],
  },
  'retain-patient': { column: 'patient', code: ['113108', 'Retain Patient Characteristics Option'] },
  'retain-device': { column: 'device', code: ['113109', 'Retain Device Identity Option'] },
  'retain-institution': { column: 'institution', code: ['113112', 'Retain Institution Identity Option'] },
  'clean-descriptors': { column: 'descriptors', code: ['113105', 'Clean Descriptors Option'] },
  'clean-structured': { column: 'structured', code: ['113104', 'Clean Structured Content Option'] },
  'clean-pixels': { column: null, code: ['113101', 'Clean Pixel Data Option'] },
  'clean-graphics': { column: 'graphics', code: ['113103', 'Clean Graphics Option'] },
  'retain-safe-private': { column: 'private', code: ['113111', 'Retain Safe Private Option'] },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

export const BASIC_PROFILE = ['113100', 'Basic Application Confidentiality Profile'] as const;

export const optionNames = Object.keys(OPTIONS) as OptionName[];

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

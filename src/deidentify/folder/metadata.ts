/**
 * Safe metadata of a file that may leave, taken from what was written, never from what was read.
 */
import { isSound } from '../values/checks.js';
import { dummyOf } from '../values/dummies.js';
import { trimmed } from '../values/text.js';
import type { CleanFile } from '../file/deidentify-file.js';
import type { Encoding } from '../elements/element.js';
import { regionSpacing, valueIn } from './written-values.js';
import { STATED_COLUMNS } from '../../scans/folder/stated.js';

/** Columns of text, by tag. */
const TEXT = {
  modality: 0x00080060,
  sequence: 0x00180020,
  manufacturer_model: 0x00081090,
  sex: 0x00100040,
  pixel_spacing: 0x00280030,
  slice_thickness: 0x00180050,
  slice_spacing: 0x00180088,
  frame_time: 0x00181063,
  frames: 0x00280008,
} as const;
const NUMBERS = { rows: 0x00280010, columns: 0x00280011 } as const;
/** Those that enhanced files state in functional groups: the first value counts. */
const GROUPED: ReadonlySet<number> = new Set([TEXT.pixel_spacing, TEXT.slice_thickness, TEXT.slice_spacing]);
const PULSE_SEQUENCE = 0x00189005;
const AGE = 0x00101010;
const OLDEST = 90;

/** Text that stands for a value that was taken out. */
const DUMMY = trimmed(dummyOf('LO'));

/** Cells by column. */
export type Row = Readonly<Record<string, string>>;

/** Columns of the table beside DICOM files. Pixel spacing is rows, then columns, in mm; the frame time in ms. */
export const FILE_COLUMNS = [
  'file',
  'patient',
  'study',
  'series',
  ...Object.keys(TEXT),
  ...Object.keys(NUMBERS),
  'age_years',
];

/** Columns of the table beside arrays and video, which is a manifest of them. */
export const SCAN_COLUMNS = [
  ...['file', 'patient', 'study', 'series', 'part'],
  ...['modality', 'sequence', 'manufacturer_model', 'sex', 'age_years'],
  ...['frames', 'slices', 'rows', 'columns', 'values'],
  ...STATED_COLUMNS,
];

/** @param file name below the folder that is written */
export function metadataRow(file: string, clean: CleanFile, encoding: Encoding): Row {
  const { elements } = clean;
  const text = (tag: number): string => {
    const value = trimmed(valueIn(elements, tag, GROUPED.has(tag)) ?? new Uint8Array());
    return value === DUMMY ? '' : value;
  };
  const number = (tag: number): string => {
    const value = valueIn(elements, tag);
    if (value === undefined || value.length < 2) return '';
    return String(new DataView(value.buffer, value.byteOffset, value.length).getUint16(0, !encoding.big));
  };
  const cells = (tags: Readonly<Record<string, number>>, cell: (tag: number) => string): Row =>
    Object.fromEntries(Object.entries(tags).map(([name, tag]) => [name, cell(tag)]));
  const stated = cells(TEXT, text);
  return {
    ...stated,
    ...cells(NUMBERS, number),
    file,
    patient: clean.patient.pseudonym,
    study: clean.fresh.study,
    series: clean.fresh.series,
    sequence: stated['sequence'] || text(PULSE_SEQUENCE),
    pixel_spacing: stated['pixel_spacing'] || regionSpacing(elements),
    frame_time: stated['frame_time'] || frameTime(text),
    age_years: ageOf(text(AGE)),
  };
}

/** Milliseconds, from the rate at which a clip was taken or is to be shown; empty if it states none. */
function frameTime(text: (tag: number) => string): string {
  const rate = [0x00180040, 0x00082144].map((tag) => Number(text(tag))).find((perSecond) => perSecond > 0);
  return rate === undefined ? '' : String(1000 / rate);
}

/** Whole years, capped at 90; empty where the age is absent. */
function ageOf(text: string): string {
  if (text === '' || !isSound(text, 'AS')) return '';
  const years = text.endsWith('Y') ? Number(text.slice(0, 3)) : 0;
  return String(Math.min(years, OLDEST));
}

/** The lines of a table, sorted, below its head. */
export function csvOf(columns: readonly string[], rows: readonly Row[]): string {
  const lines = rows.map((row) => csvLine(columns.map((column) => row[column] ?? '')));
  return csvLine(columns) + lines.sort().join('');
}

/** A line of CSV. Cells that spreadsheets would compute are quoted as text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(',')}\n`;
}

function cellOf(text: string): string {
  const safe = /^[=@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

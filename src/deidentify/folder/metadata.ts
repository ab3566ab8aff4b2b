/**
 * A row of safe metadata for a file that may leave, taken from what was written, never from what was read.
 */
import { isSound } from '../values/checks.js';
import { trimmed } from '../values/text.js';
import type { CleanFile } from '../file/deidentify-file.js';
import type { Encoding, Written } from '../elements/element.js';

/** Columns of text, by tag. */
const TEXT = {
  modality: 0x00080060,
  sequence: 0x00180020,
  manufacturer_model: 0x00081090,
  sex: 0x00100040,
  pixel_spacing: 0x00280030,
  slice_thickness: 0x00180050,
  frame_time: 0x00181063,
  frames: 0x00280008,
} as const;
const NUMBERS = { rows: 0x00280010, columns: 0x00280011 } as const;
const AGE = 0x00101010;
const OLDEST = 90;

export const COLUMNS = [
  'file',
  'patient',
  'study',
  'series',
  ...Object.keys(TEXT),
  ...Object.keys(NUMBERS),
  'age_years',
];

/** @param file name below the folder that is written */
export function metadataRow(file: string, clean: CleanFile, encoding: Encoding): string[] {
  const value = (tag: number): Uint8Array | undefined => {
    const element = clean.elements.find((candidate: Written) => candidate.tag === tag);
    return element?.kind === 'bytes' || element?.kind === 'value' ? element.value : undefined;
  };
  const text = (tag: number): string => trimmed(value(tag) ?? new Uint8Array());
  const number = (tag: number): string => {
    const bytes = value(tag);
    if (bytes === undefined || bytes.length < 2) return '';
    return String(new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint16(0, !encoding.big));
  };
  return [
    file,
    clean.patient.pseudonym,
    clean.fresh.study,
    clean.fresh.series,
    ...Object.values(TEXT).map(text),
    ...Object.values(NUMBERS).map(number),
    ageOf(text(AGE)),
  ];
}

/** Whole years, capped at 90; empty where the age is absent. */
function ageOf(text: string): string {
  if (text === '' || !isSound(text, 'AS')) return '';
  const years = text.endsWith('Y') ? Number(text.slice(0, 3)) : 0;
  return String(Math.min(years, OLDEST));
}

/** A line of CSV. Cells that spreadsheets would compute are quoted as text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(',')}\n`;
}

function cellOf(text: string): string {
  const safe = /^[=@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

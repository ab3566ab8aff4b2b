/**
 * Text of DICOM elements in the character set that their file names.
 *
 * Source: DICOM PS3.3 C.12.1.1.2 (Specific Character Set).
 */
import type { DataSet } from 'dicom-parser';

const DECODERS: Readonly<Record<string, string>> = {
  'ISO_IR 192': 'utf-8',
  'ISO_IR 100': 'windows-1252',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 13': 'shift_jis',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** The text of one value, trimmed; empty if there is none. Without a known character set it is read as Latin-1, losing nothing. */
export function allText(data: DataSet, tag: string, characters = data.string('x00080005')): string {
  const element = data.elements[tag];
  if (element === undefined || element.length === 0) return '';
  const bytes = data.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const name = (characters ?? '').split('\\')[0]?.trim() ?? '';
  const text = new TextDecoder(DECODERS[name] ?? 'windows-1252').decode(Buffer.from(bytes));
  return text.replace(/\0/g, '').trim();
}

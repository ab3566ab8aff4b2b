/**
 * One DICOM file as a data set, by dicom-parser: with or without preamble and file meta information, plain, deflated,
 * or inside gzip.
 *
 * Source: DICOM PS3.10 section 7 (file format) and PS3.5 section 10 (transfer syntaxes).
 */
import { inflateRawSync } from 'node:zlib';
import type { DataSet, Element } from 'dicom-parser';
import { UserError } from '../../../../core/errors.js';
import { LARGEST_BYTES, loadAll } from '../../bytes.js';
import { dataSetAt, fileMetaAt, isExplicit, unnamedItems } from './elements.js';

const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';

/** 128 bytes and "DICM". */
const PREAMBLE_BYTES = 132;

/** "DICM" at byte 128. */
export function hasPreamble(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(128, 132)).toString('latin1') === 'DICM';
}

export interface DicomFile {
  readonly path: string;
  readonly data: DataSet;
  /** UID of the transfer syntax. */
  readonly syntax: string;
}

export async function openDicom(path: string): Promise<DicomFile> {
  const bytes = withPreamble(await loadAll(path));
  try {
    const { syntax: stated, end } = hasPreamble(bytes)
      ? fileMetaAt(bytes, PREAMBLE_BYTES)
      : { syntax: undefined, end: 0 };
    const syntax = stated ?? syntaxWithoutMeta(path, bytes, end);
    const data =
      syntax === DEFLATED
        ? dataSetAt(inflate(bytes.subarray(end)), 0, false)
        : dataSetAt(bytes, end, syntax === EXPLICIT_BIG);
    return { path, data, syntax };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(
      {
        subject: path,
        problem: `damaged DICOM file (${reasonOf(cause)})`,
        fix: 'copy it again from its source',
      },
      { cause },
    );
  }
}

/** Adds the preamble to files that begin with the file meta information (group 0002) because a writer left it out. */
function withPreamble(bytes: Uint8Array): Uint8Array {
  if (!(bytes[0] === 2 && bytes[1] === 0 && bytes[3] === 0)) return bytes;
  const whole = new Uint8Array(PREAMBLE_BYTES + bytes.length);
  whole.set(Buffer.from('DICM'), PREAMBLE_BYTES - 4);
  whole.set(bytes, PREAMBLE_BYTES);
  return whole;
}

function inflate(bytes: Uint8Array): Uint8Array {
  // A copy, since slices of a Buffer would share memory where those of typed arrays are copies.
  return new Uint8Array(inflateRawSync(bytes, { maxOutputLength: LARGEST_BYTES }));
}

/** Message of what dicom-parser threw, which may be a string. */
function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : typeof thrown === 'string' ? thrown : 'unreadable';
  if (/overrun|maxP *osition|past the end|attempt to read/i.test(text))
    return 'truncated: an element reaches beyond the end of the file';
  return text.replace(/^dicomParser\.\w+: */, '').replace(/\s+/g, ' ');
}

/** Transfer syntax of old files that begin with their first element (group 0002 or 0008): the one that fits it. */
function syntaxWithoutMeta(path: string, bytes: Uint8Array, start: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: path, problem, fix });
  };
  if (bytes.length < start + 16) refuse(`not a DICOM file: ${bytes.length} bytes`, 'replace or remove it');
  const explicit = isExplicit(bytes, start);
  if (view.getUint16(start, true) === 0x0008 && view.getUint16(start + 2, true) < 0x0100)
    return explicit ? EXPLICIT_LITTLE : IMPLICIT_LITTLE;
  if (view.getUint16(start, false) === 0x0008 && view.getUint16(start + 2, false) < 0x0100 && explicit)
    return EXPLICIT_BIG;
  if (start > 0)
    refuse(
      'names no transfer syntax, and its first element is none of group 0008',
      'copy it again from its source',
    );
  return refuse(
    'not a DICOM file: neither DICM at byte 128 nor an element at byte 0',
    'rename, convert or remove it',
  );
}

/** Items of a sequence; empty if it is absent. */
export function itemsOf(data: DataSet | undefined, tag: string): DataSet[] {
  const element = elementOf(data, tag);
  if (data === undefined || element === undefined) return [];
  if (element.items === undefined && (element.vr ?? 'UN') === 'UN')
    element.items = unnamedItems(data.byteArray, element);
  return (element.items ?? []).flatMap(({ dataSet }) => (dataSet === undefined ? [] : [dataSet]));
}

function elementOf(data: DataSet | undefined, tag: string): Element | undefined {
  return data?.elements[tag];
}

/** The numbers of a decimal string (DS, IS); undefined unless there are `count`, all finite. */
export function decimals(data: DataSet | undefined, tag: string, count?: number): number[] | undefined {
  const text = data?.string(tag);
  if (text === undefined || text.trim() === '') return undefined;
  const numbers = text.split('\\').map(Number);
  return numbers.every(Number.isFinite) && (count === undefined || numbers.length === count)
    ? numbers
    : undefined;
}

export function decimal(data: DataSet | undefined, tag: string): number | undefined {
  return decimals(data, tag)?.[0];
}

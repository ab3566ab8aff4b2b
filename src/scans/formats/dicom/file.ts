/**
 * One DICOM file as a data set, by dicom-parser: with or without preamble and file meta information, plain, deflated,
 * or inside gzip.
 *
 * Source: DICOM PS3.10 section 7 (file format) and PS3.5 section 10 (transfer syntaxes).
 */
import { createRequire } from 'node:module';
import { inflateRawSync } from 'node:zlib';
import type { DataSet, Element, parseDicom } from 'dicom-parser';
import { UserError } from '../../../core/errors.js';
import { LARGEST_BYTES, loadAll } from '../bytes.js';

const parser = createRequire(import.meta.url)('dicom-parser') as { parseDicom: typeof parseDicom };

const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
const EXPLICIT_BIG = '1.2.840.10008.1.2.2';

/** Nothing is looked at after this. */
const TRAILING_PADDING = 'xfffcfffc';

/**
 * No header has more, and zeros that go on for long read as millions of empty elements. dicom-parser asks for the tag
 * to stop at after each element, so that they can be counted.
 */
const MOST_ELEMENTS = 100_000;

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
  let asked = 0;
  const syntax = hasPreamble(bytes) ? undefined : syntaxWithoutMeta(path, bytes);
  try {
    const data = parser.parseDicom(bytes, {
      inflater: inflate,
      get untilTag() {
        if (++asked > MOST_ELEMENTS) throw new Error(`more than ${MOST_ELEMENTS} elements`);
        return TRAILING_PADDING;
      },
      ...(syntax === undefined ? {} : { TransferSyntaxUID: syntax }),
    });
    return { path, data, syntax: syntax ?? data.string('x00020010') ?? IMPLICIT_LITTLE };
  } catch (cause) {
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

/** Some writers leave out the preamble and begin with the file meta information, of group 0002. */
function withPreamble(bytes: Uint8Array): Uint8Array {
  if (!(bytes[0] === 2 && bytes[1] === 0 && bytes[3] === 0)) return bytes;
  const whole = new Uint8Array(PREAMBLE_BYTES + bytes.length);
  whole.set(Buffer.from('DICM'), PREAMBLE_BYTES - 4);
  whole.set(bytes, PREAMBLE_BYTES);
  return whole;
}

/** dicom-parser wants the header as it was, followed by what comes out. */
function inflate(bytes: Uint8Array, position: number): Uint8Array {
  const inflated = inflateRawSync(bytes.subarray(position), { maxOutputLength: LARGEST_BYTES });
  const whole = new Uint8Array(position + inflated.length);
  whole.set(bytes.subarray(0, position));
  whole.set(inflated, position);
  return whole;
}

/** dicom-parser throws strings, and objects with an exception in them. */
function reasonOf(thrown: unknown): string {
  const inner =
    typeof thrown === 'object' && thrown !== null && 'exception' in thrown ? thrown.exception : thrown;
  const text = inner instanceof Error ? inner.message : typeof inner === 'string' ? inner : 'unreadable';
  if (/overrun|maxP *osition|past the end|attempt to read/i.test(text))
    return 'truncated: an element reaches beyond the end of the file';
  return text.replace(/^dicomParser\.\w+: */, '').replace(/\s+/g, ' ');
}

/** Old files begin with their first element, of group 0002 or 0008, in whichever encoding makes sense of it. */
function syntaxWithoutMeta(path: string, bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (problem: string, fix: string): never => {
    throw new UserError({ subject: path, problem, fix });
  };
  if (bytes.length < 16) refuse(`not a DICOM file: ${bytes.length} bytes`, 'replace or remove it');
  const explicit = /^[A-Z]{2}$/.test(Buffer.from(bytes.subarray(4, 6)).toString('latin1'));
  if (view.getUint16(0, true) === 0x0008 && view.getUint16(2, true) < 0x0100)
    return explicit ? EXPLICIT_LITTLE : IMPLICIT_LITTLE;
  if (view.getUint16(0, false) === 0x0008 && view.getUint16(2, false) < 0x0100 && explicit)
    return EXPLICIT_BIG;
  return refuse(
    'not a DICOM file: neither DICM at byte 128 nor an element at byte 0',
    'rename, convert or remove it',
  );
}

/** The items of a sequence; none where it is absent. */
export function itemsOf(data: DataSet | undefined, tag: string): DataSet[] {
  return (elementOf(data, tag)?.items ?? []).flatMap(({ dataSet }) =>
    dataSet === undefined ? [] : [dataSet],
  );
}

export function elementOf(data: DataSet | undefined, tag: string): Element | undefined {
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

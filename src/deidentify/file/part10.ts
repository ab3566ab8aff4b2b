/**
 * DICOM files as they are stored: preamble, file meta information, data set; plain or deflated, with or without the first two.
 * The preamble that is written holds zeros, and the file meta information nothing but what must be there.
 *
 * Sources: DICOM PS3.10 section 7.1, PS3.5 sections 10 and A.5.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { readElements } from '../elements/read.js';
import { writeElements } from '../elements/write.js';
import type { Encoding, Written } from '../elements/element.js';
import { bytesOf, trimmed } from '../values/text.js';
import type { DataSet } from './data-set.js';
import { Refusal } from './refusal.js';

const SYNTAX = { implicit: '1.2.840.10008.1.2', little: '1.2.840.10008.1.2.1', big: '1.2.840.10008.1.2.2' };
const DEFLATED = '1.2.840.10008.1.2.1.99';
const EXPLICIT: Encoding = { explicit: true, big: false };
const PREAMBLE_BYTES = 128;
const [META_START, LARGEST_BYTES] = [PREAMBLE_BYTES + 4, 2 ** 31 - 1];

export interface StoredFile extends DataSet {
  /** UID of the transfer syntax. */
  readonly syntax: string;
  /** What the file meta information says it is, for files whose data set does not. */
  readonly meta: Identity;
}

export interface Identity {
  readonly classUid: string;
  readonly instanceUid: string;
}

export function parseFile(bytes: Uint8Array): StoredFile {
  const { values, end } = metaOf(bytes);
  const stated = values.get(0x0010);
  const syntax = stated ?? syntaxAt(bytes, end);
  const data = syntax === DEFLATED ? inflated(bytes.subarray(end)) : bytes;
  const start = syntax === DEFLATED ? 0 : end;
  // As all readers do, the first element is believed rather than the transfer syntax.
  const encoding = { explicit: statesRepresentation(data, start), big: syntax === SYNTAX.big };
  const elements = readElements(data, start, encoding);
  const tags = new Set(elements.map(({ tag }) => tag));
  if (tags.size !== elements.length) throw new Refusal('damaged', 'an element stands twice');
  const meta = { classUid: values.get(0x0002) ?? '', instanceUid: values.get(0x0003) ?? '' };
  return { bytes: data, syntax, encoding, elements, meta };
}

function inflated(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: LARGEST_BYTES });
  } catch {
    throw new Refusal('damaged', 'its deflated data cannot be read');
  }
}

function statesRepresentation(bytes: Uint8Array, start: number): boolean {
  return /^[A-Z]{2}$/.test(Buffer.from(bytes.subarray(start + 4, start + 6)).toString('latin1'));
}

/** Texts of the file meta information by element, and the byte at which the data set begins. */
function metaOf(bytes: Uint8Array): { values: Map<number, string>; end: number } {
  const marked = Buffer.from(bytes.subarray(PREAMBLE_BYTES, META_START)).toString('latin1') === 'DICM';
  const start = marked ? META_START : 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Map<number, string>();
  let at = start;
  for (let last = -1; at + 8 <= bytes.length && view.getUint16(at, true) === 2;) {
    const element = view.getUint16(at + 2, true);
    if (element <= last) break;
    const long = /^(OB|UN|UT|OW|SQ)/.test(Buffer.from(bytes.subarray(at + 4, at + 6)).toString('latin1'));
    if (!statesRepresentation(bytes, at) || at + 12 > bytes.length)
      throw new Refusal('damaged', 'its file meta information cannot be read');
    const value = at + (long ? 12 : 8);
    const end = value + (long ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true));
    if (end > bytes.length) throw new Refusal('damaged', 'its file meta information is cut off');
    values.set(element, trimmed(bytes.subarray(value, end)));
    last = element;
    at = end;
  }
  return { values, end: at };
}

/** Transfer syntax of files that state none: they begin with an element of group 0008. */
function syntaxAt(bytes: Uint8Array, start: number): string {
  if (bytes.length < start + 16) throw new Refusal('not-dicom');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const explicit = statesRepresentation(bytes, start);
  if (view.getUint16(start, true) === 8 && view.getUint16(start + 2, true) < 0x100)
    return explicit ? SYNTAX.little : SYNTAX.implicit;
  if (view.getUint16(start, false) === 8 && explicit) return SYNTAX.big;
  throw new Refusal('not-dicom');
}

/** Implementation class UID of this writer: a UUID's, so that it belongs to nobody else. */
const IMPLEMENTATION = '2.25.251034895623176318340651942270823418129';

/** A whole file: zeros, "DICM", file meta information, data set. */
export function storedBytes(
  elements: readonly Written[],
  { syntax, encoding }: Pick<StoredFile, 'syntax' | 'encoding'>,
  { classUid, instanceUid }: Identity,
): Buffer {
  const value = (tag: number, stated: string, content: Uint8Array): Written => ({
    kind: 'value',
    tag,
    stated,
    value: content,
  });
  const meta = writeElements(
    [
      value(0x00020001, 'OB', Buffer.from([0, 1])),
      value(0x00020002, 'UI', bytesOf(classUid, 'UI')),
      value(0x00020003, 'UI', bytesOf(instanceUid, 'UI')),
      value(0x00020010, 'UI', bytesOf(syntax, 'UI')),
      value(0x00020012, 'UI', bytesOf(IMPLEMENTATION, 'UI')),
      value(0x00020013, 'SH', bytesOf('VOXOLVE', 'SH')),
    ],
    EXPLICIT,
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(meta.length);
  const head = writeElements([value(0x00020000, 'UL', length)], EXPLICIT);
  const data = writeElements(elements, encoding);
  return Buffer.concat([
    Buffer.alloc(PREAMBLE_BYTES),
    Buffer.from('DICM'),
    head,
    meta,
    syntax === DEFLATED ? evenDeflated(data) : data,
  ]);
}

function evenDeflated(data: Uint8Array): Buffer {
  const bytes = deflateRawSync(data);
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}

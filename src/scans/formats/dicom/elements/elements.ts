/**
 * The elements of a DICOM file, by dicom-parser, where its own reading of whole files is too strict or too old: it
 * gives value representations that are younger than itself the wrong length, takes repeated file meta elements for the
 * first ones, reads zeros after the last element as more elements, and tells sequences by their first bytes where nothing
 * names them.
 *
 * Sources: DICOM PS3.5 section 7.1 (data elements), PS3.10 section 7.1 (file meta information).
 */
import { createRequire } from 'node:module';
import type { ByteArrayParser, ByteStream, DataSet, Element } from 'dicom-parser';

type Elements = DataSet['elements'];
const parser = createRequire(import.meta.url)('dicom-parser') as {
  readonly ByteStream: new (numbers: ByteArrayParser, bytes: Uint8Array, position: number) => ByteStream;
  readonly DataSet: new (numbers: ByteArrayParser, bytes: Uint8Array, elements: Elements) => DataSet;
  readonly littleEndianByteArrayParser: ByteArrayParser;
  readonly bigEndianByteArrayParser: ByteArrayParser;
  readonly readDicomElementExplicit: (stream: ByteStream, warnings: string[]) => Element;
  readonly readDicomElementImplicit: (
    stream: ByteStream,
    until: undefined,
    representationOf: (tag: string) => string | undefined,
  ) => Element;
  readonly readSequenceItemsImplicit: (
    stream: ByteStream,
    element: Element,
    representationOf: (tag: string) => string | undefined,
  ) => void;
};

/** Representations with two-byte lengths; all others, also future ones, have two reserved bytes, then four of length. */
const SHORT = new Set(
  'AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '), // PS3.5 table 7.1-2
);

/** Value representations that dicom-parser knows to have four-byte lengths. */
const KNOWN_LONG = new Set('OB OD OL OW SQ OF UC UR UT UN'.split(' '));

const EXPLICIT_VR = /^[A-Z]{2}$/;

/** Reports representations that dicom-parser does not know as "UN" (unknown), which has the same layout. */
class Stream extends parser.ByteStream {
  /** dicom-parser calls this only to read value representations, which are two letters. */
  override readFixedString = (): string => {
    const [first, second] = [this.byteArray[this.position], this.byteArray[this.position + 1]];
    if (first === undefined || second === undefined) throw new Error('attempt to read past the end');
    this.position += 2;
    const text = String.fromCharCode(first, second);
    return SHORT.has(text) || KNOWN_LONG.has(text) || !EXPLICIT_VR.test(text) ? text : 'UN';
  };
}

/** Numbers without end, which may begin as the items of a sequence do: pixels, tables, overlays, waveforms. */
const NUMBERS = /^x(7fe0|002812[0-2]|00283006|60[0-9a-f]{2}3000|54001010)/;

/**
 * Value representation of a tag in implicit encodings, which do not state it. Without this answer dicom-parser guesses
 * from the first bytes of the value.
 */
function representationOf(tag: string): string | undefined {
  return NUMBERS.test(tag) ? 'OW' : undefined;
}

/** Maximum number of elements in a header; real files stay far below it. */
const MOST_ELEMENTS = 100_000;

/** Tag of Data Set Trailing Padding; nothing after it is read. */
const TRAILING_PADDING = 'xfffcfffc';

/**
 * Reads the elements of the data set that begins at `start`. Its first element decides between explicit and implicit
 * encoding, whatever the transfer syntax says.
 */
export function dataSetAt(bytes: Uint8Array, start: number, big: boolean): DataSet {
  const numbers = big ? parser.bigEndianByteArrayParser : parser.littleEndianByteArrayParser;
  const data = new parser.DataSet(numbers, bytes, {});
  if (start >= bytes.length) return data;
  const stream = new Stream(numbers, bytes, start);
  const explicit = isExplicit(bytes, start);
  const end = endBeforeZeros(bytes);
  for (let count = 0; stream.position < end; count++) {
    if (count === MOST_ELEMENTS) throw new Error(`more than ${MOST_ELEMENTS} elements`);
    const element = explicit
      ? parser.readDicomElementExplicit(stream, [])
      : parser.readDicomElementImplicit(stream, undefined, representationOf);
    data.elements[element.tag] = element;
    if (element.tag === TRAILING_PADDING) break;
  }
  if (stream.position > bytes.length) throw new Error('attempt to read past the end');
  checkWithin(data);
  return data;
}

/** Throws unless all elements, nested items included, end within the file; dicom-parser would notice only on access. */
function checkWithin({ byteArray, elements }: DataSet): void {
  for (const { dataOffset, length, items = [] } of Object.values(elements)) {
    if (dataOffset + length > byteArray.length) throw new Error('attempt to read past the end');
    for (const { dataSet } of items) if (dataSet !== undefined) checkWithin(dataSet);
  }
}

/** True if the element at `start` names its value representation. */
export function isExplicit(bytes: Uint8Array, start: number): boolean {
  return EXPLICIT_VR.test(Buffer.from(bytes.subarray(start + 4, start + 6)).toString('latin1'));
}

/** Length without trailing zeros: some writers pad files to whole blocks. */
function endBeforeZeros(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}

/**
 * The file meta information, which is explicit little-endian whatever follows. It ends where its length says, or
 * where another group begins, or where an element does not come after the last: such a one is of the data set.
 *
 * @returns the transfer syntax, where it is stated, and the byte at which the data set begins
 */
export function fileMetaAt(bytes: Uint8Array, start: number): { syntax: string | undefined; end: number } {
  const numbers = parser.littleEndianByteArrayParser;
  const meta = new parser.DataSet(numbers, bytes, {});
  if (start >= bytes.length) return { syntax: undefined, end: bytes.length };
  const stream = new Stream(numbers, bytes, start);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [last, stated] = [-1, Infinity];
  while (stream.position + 8 <= bytes.length && stream.position !== stated) {
    const [group, number] = [
      view.getUint16(stream.position, true),
      view.getUint16(stream.position + 2, true),
    ];
    if (group !== 2 || number <= last) break;
    const element = parser.readDicomElementExplicit(stream, []);
    meta.elements[element.tag] = element;
    last = number;
    if (number === 0) stated = stream.position + (meta.uint32(element.tag) ?? Infinity);
  }
  return { syntax: meta.string('x00020010'), end: stream.position };
}

/**
 * Items of an element whose representation a file does not name: elements that passed through software that did not
 * know them and wrote "unknown", and private ones in implicit encodings. The content is implicit little-endian (PS3.5
 * section 6.2.2).
 *
 * @returns an empty array if it is no sequence, or a broken one
 */
export function unnamedItems(bytes: Uint8Array, { tag, dataOffset, length }: Element): Element[] {
  const end = dataOffset + length;
  if (length < 8 || end > bytes.length || representationOf(tag) !== undefined) return [];
  const begins = ITEM.every((byte, i) => bytes[dataOffset + i] === byte);
  if (!begins) return [];
  const element: Element = { tag, dataOffset, length };
  try {
    const stream = new Stream(parser.littleEndianByteArrayParser, bytes.subarray(0, end), dataOffset);
    parser.readSequenceItemsImplicit(stream, element, representationOf);
  } catch {
    return [];
  }
  return element.items ?? [];
}

/** The tag of an item. */
const ITEM = [0xfe, 0xff, 0x00, 0xe0];

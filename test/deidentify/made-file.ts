/**
 * DICOM files made for tests, byte by byte and without the code under test: implicit, explicit, big-endian and deflated data
 * sets with sequences at any depth, and encapsulated pixels.
 */
import { deflateRawSync } from 'node:zlib';

export type Value = string | Uint8Array | readonly MadeItem[];
export type MadeElement = readonly [tag: number, representation: string, value: Value];
export type MadeItem = readonly MadeElement[];

export type Form = 'implicit' | 'explicit' | 'big' | 'deflated' | 'rle' | 'jpeg2000' | 'jpeg';
const SYNTAXES: Readonly<Record<Form, string>> = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  big: '1.2.840.10008.1.2.2',
  deflated: '1.2.840.10008.1.2.1.99',
  rle: '1.2.840.10008.1.2.5',
  jpeg2000: '1.2.840.10008.1.2.4.90',
  jpeg: '1.2.840.10008.1.2.4.70',
};

const SHORT = new Set('AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));

interface Layout {
  readonly explicit: boolean;
  readonly big: boolean;
  /** True: sequences and items end by delimiters. */
  readonly open?: boolean;
}

function number(value: number, bytes: 2 | 4, big: boolean): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (big) buffer.writeUIntBE(value, 0, bytes);
  else buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

function tagBytes(tag: number, big: boolean): Buffer {
  return Buffer.concat([number(tag >>> 16, 2, big), number(tag & 0xffff, 2, big)]);
}

function head(tag: number, representation: string, length: number, { explicit, big }: Layout): Buffer {
  if (!explicit) return Buffer.concat([tagBytes(tag, big), number(length, 4, big)]);
  const letters = Buffer.from(representation, 'latin1');
  return SHORT.has(representation)
    ? Buffer.concat([tagBytes(tag, big), letters, number(length, 2, big)])
    : Buffer.concat([tagBytes(tag, big), letters, Buffer.alloc(2), number(length, 4, big)]);
}

/** Text padded to an even length. */
export function text(value: string, representation = 'LO'): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  return bytes.length % 2 === 0
    ? bytes
    : Buffer.concat([bytes, Buffer.from(representation === 'UI' ? '\0' : ' ')]);
}

/** Bytes of a data set, its elements in the order of tags. */
export function dataSet(elements: readonly MadeElement[], layout: Layout): Buffer {
  const sorted = [...elements].sort(([a], [b]) => a - b);
  return Buffer.concat(sorted.map((element) => elementBytes(element, layout)));
}

function elementBytes([tag, representation, value]: MadeElement, layout: Layout): Buffer {
  if (typeof value === 'string' || value instanceof Uint8Array) {
    const bytes = typeof value === 'string' ? text(value, representation) : value;
    return Buffer.concat([head(tag, representation, bytes.length, layout), bytes]);
  }
  // Items of an element of unknown representation are implicit little endian.
  const inner = representation === 'UN' ? { ...layout, explicit: false, big: false } : layout;
  const { big, open = false } = inner;
  const items = value.map((item) => {
    const content = dataSet(item, inner);
    return open
      ? Buffer.concat([
          tagBytes(0xfffee000, big),
          number(0xffffffff, 4, big),
          content,
          tagBytes(0xfffee00d, big),
          number(0, 4, big),
        ])
      : Buffer.concat([tagBytes(0xfffee000, big), number(content.length, 4, big), content]);
  });
  const content = Buffer.concat(items);
  return open
    ? Buffer.concat([
        head(tag, representation, 0xffffffff, layout),
        content,
        tagBytes(0xfffee0dd, big),
        number(0, 4, big),
      ])
    : Buffer.concat([head(tag, representation, content.length, layout), content]);
}

export function us(value: number, big = false): Buffer {
  return number(value, 2, big);
}

/** Encapsulated pixels: an offset table and fragments. */
function fragments(parts: readonly Uint8Array[]): Buffer {
  const item = (bytes: Uint8Array): Buffer =>
    Buffer.concat([tagBytes(0xfffee000, false), number(bytes.length, 4, false), bytes]);
  return Buffer.concat([...parts.map(item), tagBytes(0xfffee0dd, false), number(0, 4, false)]);
}

export interface MadeFile {
  readonly form: Form;
  /** UID of a transfer syntax other than the form's. */
  readonly syntax?: string;
  readonly elements: readonly MadeElement[];
  /** Fragments, the offset table first, in encapsulated forms. */
  readonly fragments?: readonly Uint8Array[];
  readonly preamble?: Uint8Array;
  readonly meta?: readonly MadeElement[];
  readonly open?: boolean;
  /** Elements after the pixels. */
  readonly after?: readonly MadeElement[];
}

export function madeFile({
  form,
  syntax = SYNTAXES[form],
  elements,
  fragments: parts,
  preamble,
  meta = [],
  open = false,
  after = [],
}: MadeFile): Buffer {
  const layout = { explicit: form !== 'implicit', big: form === 'big', open };
  const pixels =
    parts === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([head(0x7fe00010, 'OB', 0xffffffff, layout), fragments(parts)]);
  const body = Buffer.concat([dataSet(elements, layout), pixels, dataSet(after, layout)]);
  const plain = { explicit: true, big: false };
  const group2 = dataSet([...meta, [0x00020010, 'UI', syntax]], plain);
  return Buffer.concat([
    preamble ?? Buffer.alloc(128),
    Buffer.from('DICM'),
    elementBytes([0x00020000, 'UL', number(group2.length, 4, false)], plain),
    group2,
    form === 'deflated' ? deflateRawSync(body) : body,
  ]);
}

export const CT = '1.2.840.10008.5.1.4.1.1.2';

/** What a small CT slice needs: 4×4 pixels of 16 bits. */
export function slice(form: Form, more: readonly MadeElement[] = []): MadeElement[] {
  const big = form === 'big';
  const encapsulated = ['rle', 'jpeg2000', 'jpeg'].includes(form);
  const tags = new Set(more.map(([tag]) => tag));
  const base: MadeElement[] = [
    [0x00080016, 'UI', CT],
    [0x00080018, 'UI', '1.2.3.4.5.1'],
    [0x00080060, 'CS', 'CT'],
    [0x00100010, 'PN', 'Doe^Jane'],
    [0x00100020, 'LO', 'P-001'],
    [0x0020000d, 'UI', '1.2.3.4.5.2'],
    [0x0020000e, 'UI', '1.2.3.4.5.3'],
    [0x00280002, 'US', us(1, big)],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', us(4, big)],
    [0x00280011, 'US', us(4, big)],
    [0x00280100, 'US', us(16, big)],
    [0x00280101, 'US', us(16, big)],
    [0x00280102, 'US', us(15, big)],
    [0x00280103, 'US', us(0, big)],
  ];
  const pixels: MadeElement[] = encapsulated ? [] : [[0x7fe00010, 'OW', Buffer.alloc(32, 7)]];
  return [...base.filter(([tag]) => !tags.has(tag)), ...more, ...pixels.filter(([tag]) => !tags.has(tag))];
}

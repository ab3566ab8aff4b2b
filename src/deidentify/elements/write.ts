/**
 * Writes elements: those that stay by their own bytes, all others with lengths computed anew.
 *
 * Source: DICOM PS3.5 sections 7.1 and 7.5.
 */
import {
  ITEM,
  ITEM_END,
  OPEN_LENGTH,
  SEQUENCE_END,
  SHORT_LENGTH,
  type Encoding,
  type Written,
  type WrittenItem,
} from './element.js';

/** Bytes of a data set. */
export function writeElements(elements: readonly Written[], encoding: Encoding): Buffer {
  return Buffer.concat(elements.flatMap((element) => chunksOf(element, encoding)));
}

function chunksOf(element: Written, encoding: Encoding): Uint8Array[] {
  if (element.kind === 'bytes') return [element.whole];
  const { tag, stated } = element;
  if (element.kind === 'value')
    return [header({ tag, stated }, element.value.length, encoding), element.value];
  if (element.kind === 'fragments') {
    const fragments = element.fragments.flatMap((bytes) => [mark(ITEM, bytes.length, encoding), bytes]);
    return [header({ tag, stated }, OPEN_LENGTH, encoding), ...fragments, mark(SEQUENCE_END, 0, encoding)];
  }
  const items = element.items.flatMap((item) => itemChunks(item, element.encoding));
  if (element.open)
    return [
      header({ tag, stated }, OPEN_LENGTH, encoding),
      ...items,
      mark(SEQUENCE_END, 0, element.encoding),
    ];
  return [header({ tag, stated }, sizeOf(items), encoding), ...items];
}

function itemChunks({ open, elements }: WrittenItem, encoding: Encoding): Uint8Array[] {
  const content = elements.flatMap((element) => chunksOf(element, encoding));
  return open
    ? [mark(ITEM, OPEN_LENGTH, encoding), ...content, mark(ITEM_END, 0, encoding)]
    : [mark(ITEM, sizeOf(content), encoding), ...content];
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function header(
  { tag, stated }: { readonly tag: number; readonly stated: string },
  length: number,
  encoding: Encoding,
): Buffer {
  const little = !encoding.big;
  if (!encoding.explicit) return mark(tag, length, encoding);
  const short = SHORT_LENGTH.has(stated);
  if (short && length > 0xfffe)
    throw new RangeError(`a value of ${length} bytes does not fit into ${stated}`);
  const bytes = Buffer.alloc(short ? 8 : 12);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint16(0, tag >>> 16, little);
  view.setUint16(2, tag & 0xffff, little);
  bytes.write(stated, 4, 'latin1');
  if (short) view.setUint16(6, length, little);
  else view.setUint32(8, length, little);
  return bytes;
}

/** Tag and length of items, delimiters and implicit elements. */
function mark(tag: number, length: number, encoding: Encoding): Buffer {
  const bytes = Buffer.alloc(8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint16(0, tag >>> 16, !encoding.big);
  view.setUint16(2, tag & 0xffff, !encoding.big);
  view.setUint32(4, length, !encoding.big);
  return bytes;
}

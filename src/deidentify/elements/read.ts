/**
 * Reads the elements of a data set as byte ranges: implicit and explicit, little and big endian, lengths stated or not,
 * sequences at any depth, also those that were passed on as "unknown". Nothing is guessed: what does not add up throws.
 *
 * Sources: DICOM PS3.5 sections 7.1, 7.5, A.4, and 6.2.2 (elements of unknown representation hold implicit little endian).
 */
import { representationOf } from '../attributes/dictionary.js';
import { Refusal } from '../file/refusal.js';
import {
  ITEM,
  ITEM_END,
  LITTLE_IMPLICIT,
  OPEN_LENGTH,
  PIXELS,
  SEQUENCE_END,
  SHORT_LENGTH,
  type Element,
  type Encoding,
  type Fragment,
  type Item,
} from './element.js';

/** Real files nest a handful of levels. */
const DEEPEST = 64;

interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

interface Where {
  readonly encoding: Encoding;
  /** First byte that does not belong to it any more. */
  readonly limit: number;
  readonly depth: number;
}

/** Elements from `start` to the end; zeros that pad the file are left out, and so are delimiters that end nothing. */
export function readElements(bytes: Uint8Array, start: number, encoding: Encoding): Element[] {
  const source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  const where = { encoding, limit: bytes.length, depth: 0 };
  const found: Element[] = [];
  let at = start;
  while (at < bytes.length && !isPadding(source, at, where)) {
    const element = readElement(source, at, where);
    found.push(element);
    at = element.end;
  }
  return found;
}

/** True if nothing follows but delimiters of sequences that ended before, and zeros. */
function isPadding({ bytes, view }: Source, start: number, { encoding: { big } }: Where): boolean {
  let at = start;
  while (
    at + 8 <= bytes.length &&
    view.getUint16(at, !big) === SEQUENCE_END >>> 16 &&
    view.getUint16(at + 2, !big) === (SEQUENCE_END & 0xffff) &&
    view.getUint32(at + 4, !big) === 0
  )
    at += 8;
  return bytes.subarray(at).every((byte) => byte === 0);
}

function damaged(what: string): never {
  throw new Refusal('damaged', what);
}

function tagAt({ view }: Source, at: number, { encoding, limit }: Where): number {
  if (at + 8 > limit) damaged('an element is cut off');
  return ((view.getUint16(at, !encoding.big) << 16) | view.getUint16(at + 2, !encoding.big)) >>> 0;
}

interface Header {
  readonly tag: number;
  readonly stated: string;
  readonly valueStart: number;
  readonly length: number;
}

function headerAt(source: Source, at: number, where: Where): Header {
  const tag = tagAt(source, at, where);
  const { view } = source;
  const little = !where.encoding.big;
  if (tag >>> 16 === 0xfffe) damaged('a delimiter stands where an element should');
  if (!where.encoding.explicit)
    return { tag, stated: '', valueStart: at + 8, length: view.getUint32(at + 4, little) };
  const stated = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
  if (!/^[A-Z]{2}$/.test(stated)) damaged('an element states no value representation');
  if (SHORT_LENGTH.has(stated))
    return { tag, stated, valueStart: at + 8, length: view.getUint16(at + 6, little) };
  if (at + 12 > where.limit) damaged('an element is cut off');
  return { tag, stated, valueStart: at + 12, length: view.getUint32(at + 8, little) };
}

function readElement(source: Source, at: number, where: Where): Element {
  const { tag, stated, valueStart, length } = headerAt(source, at, where);
  const representation = stated === '' || stated === 'UN' ? representationOf(tag) : stated;
  const open = length === OPEN_LENGTH;
  const head = { tag, stated, representation, start: at, valueStart, open };
  if (open) return openElement(source, head, where);
  const end = valueStart + length;
  if (end > where.limit) damaged('an element reaches beyond its end');
  const closed = { ...head, valueEnd: end, end };
  if (stated === 'SQ' || (stated === '' && representation === 'SQ'))
    return { ...closed, ...itemsWithin(source, valueStart, { ...where, limit: end }) };
  if (stated === 'UN' || stated === '') return { ...closed, ...hiddenItems(source, closed, where) };
  return closed;
}

type Head = Omit<Element, 'valueEnd' | 'end'>;

function openElement(source: Source, head: Head, where: Where): Element {
  const isPixels = head.tag === PIXELS || ['OB', 'OW'].includes(head.stated);
  if (isPixels && where.encoding.explicit) return fragmentsOf(source, head, where);
  if (!['SQ', 'UN', ''].includes(head.stated)) damaged('an element that is no sequence states no length');
  const encoding = head.stated === 'UN' ? LITTLE_IMPLICIT : where.encoding;
  const { items, end } = itemsFrom(source, head.valueStart, { ...where, encoding }, true);
  return { ...head, representation: 'SQ', valueEnd: end - 8, end, items, itemEncoding: encoding };
}

function itemsWithin(source: Source, start: number, where: Where): Pick<Element, 'items' | 'itemEncoding'> {
  const { items, end } = itemsFrom(source, start, where, false);
  if (end !== where.limit) damaged('items do not fill their sequence');
  return { items, itemEncoding: where.encoding };
}

/**
 * Items in an element whose representation is unknown: implicit little endian by the standard, in the encoding around it
 * by habit of some writers. An element that begins as an item does but cannot be read stays bytes, and is not kept then.
 */
function hiddenItems(
  source: Source,
  { tag, valueStart, end, representation }: Omit<Element, 'items'>,
  where: Where,
): Partial<Element> {
  if (end - valueStart < 8) return {};
  const number = representationOf(tag) !== 'UN' && representation !== 'SQ';
  if (number) return {};
  for (const encoding of [LITTLE_IMPLICIT, where.encoding]) {
    const inner = { ...where, encoding, limit: end };
    if (tagAt(source, valueStart, inner) !== ITEM) continue;
    try {
      return { representation: 'SQ', ...itemsWithin(source, valueStart, inner) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return {};
}

/** @param open true if a delimiter ends the sequence */
function itemsFrom(
  source: Source,
  start: number,
  where: Where,
  open: boolean,
): { items: Item[]; end: number } {
  if (where.depth >= DEEPEST) damaged(`sequences nest deeper than ${DEEPEST} levels`);
  const items: Item[] = [];
  let at = start;
  while (open || at < where.limit) {
    const tag = tagAt(source, at, where);
    const length = source.view.getUint32(at + 4, !where.encoding.big);
    at += 8;
    if (open && tag === SEQUENCE_END) return { items, end: at };
    if (tag !== ITEM) damaged('a sequence holds something else than items');
    const { item, end } = itemFrom(source, at, length, where);
    items.push(item);
    at = end;
  }
  return { items, end: at };
}

function itemFrom(source: Source, start: number, length: number, where: Where): { item: Item; end: number } {
  const open = length === OPEN_LENGTH;
  const limit = open ? where.limit : start + length;
  if (limit > where.limit) damaged('an item reaches beyond its sequence');
  const inner = { ...where, limit, depth: where.depth + 1 };
  const elements: Element[] = [];
  let at = start;
  while (open || at < limit) {
    if (open && tagAt(source, at, inner) === ITEM_END) return { item: { elements, open }, end: at + 8 };
    const element = readElement(source, at, inner);
    elements.push(element);
    at = element.end;
  }
  return { item: { elements, open }, end: at };
}

function fragmentsOf(source: Source, head: Head, where: Where): Element {
  const fragments: Fragment[] = [];
  let at = head.valueStart;
  for (;;) {
    const tag = tagAt(source, at, where);
    const length = source.view.getUint32(at + 4, !where.encoding.big);
    at += 8;
    if (tag === SEQUENCE_END) return { ...head, valueEnd: at - 8, end: at, fragments };
    if (tag !== ITEM) damaged('encapsulated pixels hold something else than fragments');
    if (at + length > where.limit) damaged('a fragment reaches beyond the file');
    fragments.push({ start: at, end: at + length });
    at += length;
  }
}

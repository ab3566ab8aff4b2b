/**
 * Opens a written file with another reader (dicom-parser, as scans are read) and compares it with what was to be written,
 * element by element.
 */
import type { DataSet, Element as ReadElement } from 'dicom-parser';
import { itemsOf, openDicom } from '../../scans/formats/dicom/elements/file.js';
import { hexOf } from '../attributes/table.js';
import type { Written } from '../elements/element.js';
import { Refusal } from './refusal.js';

/** Throws `Refusal` unless the file at `path` holds exactly `elements`. */
export async function verifyFile(path: string, elements: readonly Written[]): Promise<void> {
  let data: DataSet;
  try {
    ({ data } = await openDicom(path));
  } catch (cause) {
    throw new Refusal('verification', 'the second reader cannot open what was written', { cause });
  }
  compare(elements, data);
}

function differs(tag: number): never {
  throw new Refusal('verification', `the second reader finds another (${hexOf(tag)})`);
}

function compare(elements: readonly Written[], data: DataSet): void {
  // dicom-parser lists the delimiter that ends an item as one of its elements.
  const found = new Set(Object.keys(data.elements).filter((name) => !name.startsWith('xfffe')));
  for (const element of elements) {
    const name = `x${hexOf(element.tag)}`;
    const read = data.elements[name];
    if (read === undefined || !found.delete(name)) differs(element.tag);
    compareOne(element, read, data);
  }
  for (const name of found) differs(Number.parseInt(name.slice(1), 16));
}

function compareOne(element: Written, read: ReadElement, data: DataSet): void {
  const { tag } = element;
  const bytesAt = (at: number, length: number): Uint8Array => data.byteArray.subarray(at, at + length);
  const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
  switch (element.kind) {
    case 'bytes':
    case 'value':
      if (!same(element.value, bytesAt(read.dataOffset, read.length))) differs(tag);
      return;
    case 'items': {
      const items = itemsOf(data, `x${hexOf(tag)}`);
      if (items.length !== element.items.length) differs(tag);
      element.items.forEach((item, i) => compare(item.elements, items[i] as DataSet));
      return;
    }
    case 'fragments': {
      const [, ...fragments] = element.fragments;
      const others = read.fragments ?? [];
      const equal = fragments.every((bytes, i) => {
        const other = others[i];
        return other !== undefined && same(bytes, bytesAt(other.position, other.length));
      });
      if (!equal || others.length !== fragments.length) differs(tag);
    }
  }
}

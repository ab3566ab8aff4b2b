/** Values of the elements of a data set's top level. */
import type { Element, Encoding } from '../elements/element.js';
import { trimmed } from '../values/text.js';

export interface DataSet {
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  readonly elements: readonly Element[];
}

export function elementAt({ elements }: DataSet, tag: number): Element | undefined {
  return elements.find((element) => element.tag === tag);
}

export function valueAt(data: DataSet, tag: number): Uint8Array | undefined {
  const element = elementAt(data, tag);
  return element && data.bytes.subarray(element.valueStart, element.valueEnd);
}

/** Text without padding; empty where it is absent. */
export function textAt(data: DataSet, tag: number): string {
  const value = valueAt(data, tag);
  return value === undefined ? '' : trimmed(value);
}

/** The first unsigned 16-bit number; undefined where it is absent. */
export function numberAt(data: DataSet, tag: number): number | undefined {
  const value = valueAt(data, tag);
  if (value === undefined || value.length < 2) return undefined;
  const little = !data.encoding.big || elementAt(data, tag)?.stated === 'UN';
  return new DataView(value.buffer, value.byteOffset, value.length).getUint16(0, little);
}

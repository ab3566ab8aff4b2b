/** Values of elements that are to be written. */
import type { Written } from '../elements/element.js';

/** Value of an element at the top; `nested`: of the first at any depth, if none is there. */
export function valueIn(elements: readonly Written[], tag: number, nested = false): Uint8Array | undefined {
  const own = elements.find((candidate) => candidate.tag === tag);
  if (own?.kind === 'bytes' || own?.kind === 'value') return own.value;
  if (!nested) return undefined;
  for (const element of elements)
    for (const item of element.kind === 'items' ? element.items : []) {
      const found = valueIn(item.elements, tag, true);
      if (found !== undefined) return found;
    }
  return undefined;
}

const CENTIMETRES = 3;

/**
 * Millimetres between rows and between columns, as DICOM writes them, of the first calibrated region of ultrasound whose axes are
 * lengths (PS3.3 C.8.5.5); empty if there is none.
 */
export function regionSpacing(elements: readonly Written[]): string {
  const regions = elements.find(({ tag }) => tag === 0x00186011);
  if (regions?.kind !== 'items') return '';
  for (const item of regions.items) {
    const view = (tag: number, bytes: number): DataView | null => {
      const value = valueIn(item.elements, tag);
      return value?.length === bytes ? new DataView(value.buffer, value.byteOffset, bytes) : null;
    };
    const little = !regions.encoding.big;
    const areLengths = [0x00186024, 0x00186026].every(
      (tag) => view(tag, 2)?.getUint16(0, little) === CENTIMETRES,
    );
    const [down, across] = [0x0018602e, 0x0018602c].map((tag) =>
      Math.abs(10 * (view(tag, 8)?.getFloat64(0, little) ?? 0)),
    );
    if (areLengths && down !== undefined && across !== undefined && down > 0 && across > 0)
      return `${down}\\${across}`;
  }
  return '';
}

/** Bytes of a file's pixels as dicom-parser finds them: fragments without the offset table, or the native value. */
import { openDicom } from '../../src/scans/formats/dicom/elements/file.js';

const PIXELS = ['x7fe00010', 'x7fe00008', 'x7fe00009'];

export async function pixelBytes(path: string): Promise<Uint8Array[]> {
  const { data } = await openDicom(path);
  return PIXELS.flatMap((name) => {
    const element = data.elements[name];
    if (element === undefined) return [];
    const ranges = element.fragments ?? [{ position: element.dataOffset, length: element.length }];
    return ranges.map(({ position, length }) => data.byteArray.subarray(position, position + length));
  });
}

export function sameBytes(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((part, i) => Buffer.compare(part, b[i] as Uint8Array) === 0);
}

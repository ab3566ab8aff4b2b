/**
 * Siemens' private CSA header, of which two facts about mosaics are read that stand nowhere else.
 *
 * Source: https://nipy.org/nibabel/dicom/siemens_csa.html ("CSA2": SV10, four bytes, number of tags, 77; each tag 84
 * bytes, then its items, each a length in the second of four int32 and its text padded to four bytes).
 */
import type { Triple } from '../../../../core/tensor.js';
import type { DataSet } from 'dicom-parser';

const CSA_IMAGE_HEADER = 'x00291010';
const TAG_BYTES = 84;
const MOST_TAGS = 1024;

/** The direction in which slices follow each other (LPS, unit length), and their number; null where unknown. */
export function sliceNormalOf(data: DataSet): { normal: Triple | null; images: number | null } {
  const values = csaValues(data, ['SliceNormalVector', 'NumberOfImagesInMosaic']);
  const normal = values.get('SliceNormalVector') ?? [];
  const images = values.get('NumberOfImagesInMosaic')?.[0];
  const length = Math.hypot(...normal);
  return {
    normal: normal.length === 3 && Math.abs(length - 1) < 0.01 ? (normal as unknown as Triple) : null,
    images: images !== undefined && Number.isInteger(images) ? images : null,
  };
}

/** The numbers of the tags named; whatever is not as expected ends the search. */
function csaValues(data: DataSet, names: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const element = data.elements[CSA_IMAGE_HEADER];
  if (element === undefined || element.length < 16) return found;
  const bytes = Buffer.from(data.byteArray.subarray(element.dataOffset, element.dataOffset + element.length));
  if (bytes.toString('latin1', 0, 4) !== 'SV10') return found;
  const tags = Math.min(bytes.readUInt32LE(8), MOST_TAGS);
  let at = 16;
  for (let tag = 0; tag < tags && at + TAG_BYTES <= bytes.length; tag++) {
    const name = textOf(bytes.subarray(at, at + 64));
    const items = bytes.readInt32LE(at + 76);
    at += TAG_BYTES;
    const numbers: number[] = [];
    for (let item = 0; item < items && at + 16 <= bytes.length; item++) {
      const length = bytes.readInt32LE(at + 4);
      if (length < 0 || at + 16 + length > bytes.length) return found;
      const text = textOf(bytes.subarray(at + 16, at + 16 + length));
      if (text.trim() !== '' && Number.isFinite(Number(text))) numbers.push(Number(text));
      at += 16 + 4 * Math.ceil(length / 4);
    }
    if (names.includes(name)) found.set(name, numbers);
  }
  return found;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
}

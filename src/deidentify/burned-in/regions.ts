/**
 * Calibrated regions of ultrasound: rectangles of the picture that show what was scanned.
 *
 * Source: DICOM PS3.3 C.8.5.5 (US Region Calibration).
 */
import type { Element } from '../elements/element.js';
import { elementAt, type DataSet } from '../file/data-set.js';
import { Refusal } from '../file/refusal.js';
import type { Box } from './look.js';

const REGIONS = 0x00186011;
const [LEFT, TOP, RIGHT, BOTTOM] = [0x00186018, 0x0018601a, 0x0018601c, 0x0018601e];

/** Rectangles whose last column and row are inside; empty where the file states none. Throws `Refusal` beyond the picture. */
export function regionsOf(data: DataSet, columns: number, rows: number): Box[] {
  const sequence = elementAt(data, REGIONS);
  return (sequence?.items ?? []).map(({ elements }) => {
    const [left, top, right, bottom] = [LEFT, TOP, RIGHT, BOTTOM].map((tag) => {
      const element = elements.find((candidate) => candidate.tag === tag);
      return element === undefined ? undefined : longAt(data, element, sequence?.itemEncoding?.big === true);
    });
    if (left === undefined || top === undefined || right === undefined || bottom === undefined)
      throw new Refusal('region', 'a region without its four sides');
    if (right < left || bottom < top || right >= columns || bottom >= rows) throw new Refusal('region');
    return { left, top, right: right + 1, bottom: bottom + 1 };
  });
}

function longAt({ bytes }: DataSet, { valueStart, valueEnd }: Element, big: boolean): number | undefined {
  if (valueEnd - valueStart < 4) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(valueStart, !big);
}

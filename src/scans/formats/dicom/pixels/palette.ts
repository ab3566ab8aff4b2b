/**
 * Palettes: mapping of stored values to the luma of the colours that they stand for.
 *
 * Source: DICOM PS3.3 C.7.6.3.1.5 and C.7.6.3.1.6 (Palette Color Lookup Table Descriptor and Data), C.7.9.2 (segmented).
 */
import { UserError } from '../../../../core/errors.js';
import { luma } from '../../numbers.js';
import type { DicomFile } from '../elements/file.js';
import { lookedUp, tableOf, type LookupTable } from './lookup-table.js';

/** Returns the mapping from stored values to luma, in the units of the palette's entries. */
export function paletteOf({ path, data }: DicomFile): (stored: number) => number {
  const signed = data.uint16('x00280103') === 1;
  const tables = ['1', '2', '3'].map((colour): LookupTable => {
    const refuse = (problem: string): never => {
      throw new UserError({ subject: path, problem, fix: 'convert it to RGB or grey' });
    };
    const segmented = data.elements[`x0028122${colour}`] !== undefined;
    const plain = data.elements[`x0028120${colour}`] !== undefined;
    if (segmented && !plain) refuse('its palette is segmented, which is not read');
    return (
      tableOf(data, `x0028110${colour}`, `x0028120${colour}`, signed) ??
      refuse('its palette is missing or incomplete')
    );
  });
  const [red, green, blue] = tables as [LookupTable, LookupTable, LookupTable];
  return (stored) => luma(lookedUp(red, stored), lookedUp(green, stored), lookedUp(blue, stored));
}

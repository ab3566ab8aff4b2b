/**
 * Writes a folder of small DICOM series, to be indexed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dicomFile, element, short, text } from './dicom-file.js';

const SLICES = 4;

/** Returns the number of files written. */
export function indexedFolder(folder: string, series: number): number {
  const pixels = Buffer.alloc(2 * 16 * 16, 7);
  for (let number = 0; number < series; number++) {
    const place = join(folder, String(Math.floor(number / 100)), String(number));
    mkdirSync(place, { recursive: true });
    for (let z = 0; z < SLICES; z++) {
      const elements = [
        element(0x0008, 0x0018, 'UI', text(`1.${number}.${z}`, '\0')),
        element(0x0010, 0x0020, 'LO', text(`P${number % 250}`)),
        element(0x0020, 0x000e, 'UI', text(`1.2.${number}`, '\0')),
        element(0x0020, 0x0032, 'DS', text(`0\\0\\${z}`)),
        element(0x0020, 0x0037, 'DS', text('1\\0\\0\\0\\1\\0')),
        element(0x0028, 0x0010, 'US', short(16)),
        element(0x0028, 0x0011, 'US', short(16)),
        element(0x0028, 0x0100, 'US', short(16)),
        element(0x7fe0, 0x0010, 'OW', pixels),
      ];
      writeFileSync(join(place, `${z}.dcm`), dicomFile('1.2.840.10008.1.2.1', elements));
    }
  }
  return series * SLICES;
}

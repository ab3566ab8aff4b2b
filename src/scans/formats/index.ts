/** The formats that scans are read from. */
import type { Format } from './format.js';
import { nifti } from './nifti.js';

export const formats: readonly Format[] = [nifti];

/** The format that a file's name claims, if any. */
export function formatOf(path: string): Format | undefined {
  const name = path.toLowerCase();
  return formats.find((format) => format.extensions.some((extension) => name.endsWith(extension)));
}

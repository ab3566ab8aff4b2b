/**
 * One scan by the path of its file, or of the folder that holds its files and no other scan's: what a row of a manifest names.
 */
import { statSync } from 'node:fs';
import { UserError } from '../core/errors.js';
import { discoverScans } from './folder/discover.js';
import { formatOf } from './formats/index.js';
import type { RawScan } from './formats/format.js';
import { ScanOptions } from './options.js';
import { readRaw } from './read.js';

/** Voxels as stored. Throws a `UserError` where the path names no scan, or several. */
export async function readAlone(path: string): Promise<RawScan> {
  const unknown = (): UserError =>
    new UserError({ subject: path, problem: 'is of no known format', fix: 'convert it to NIfTI' });
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    const format = formatOf(path);
    if (format === undefined) throw unknown();
    return format.read(path);
  }
  // Without the index beside the cache, since a probe may read folders that no search does.
  const { files } = await discoverScans(path, ScanOptions.parse({}), {
    facts: async (file, format) => format.facts?.(file, (identifier) => identifier),
  });
  const [file, another] = files;
  if (another !== undefined)
    throw new UserError({
      subject: path,
      problem: `holds ${files.length} scans`,
      fix: 'name the files of one',
    });
  if (file?.format === undefined) throw unknown();
  return readRaw(file, file.format, undefined);
}

/**
 * The scan files of a folder: those of a manifest, or all with a known ending at any depth, in a fixed order.
 */
import { readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { UserError } from '../core/errors.js';
import { formatOf, formats } from './formats/index.js';
import { readManifest } from './manifest.js';
import type { ScanOptions } from './options.js';

export interface ScanFile {
  readonly path: string;
  /** As the user knows it: relative to the folder, or as the manifest names it. */
  readonly name: string;
  /** Files of one patient have the same; without a manifest every file is a patient. */
  readonly patient: string;
  /** Where a manifest fixes it. */
  readonly split: 'train' | 'validation' | null;
  readonly modality: string | null;
}

export function discoverScans(folder: string, options: Pick<ScanOptions, 'manifest'>): ScanFile[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UserError({
      subject: folder,
      problem: 'not a folder',
      fix: 'name the folder that holds the scans',
    });
  }
  if (options.manifest !== undefined) return readManifest(options.manifest, folder);
  const files = listFiles(folder)
    .filter((path) => formatOf(path) !== undefined)
    .map((path) => ({ path, name: relative(folder, path).split(sep).join('/') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0) {
    throw new UserError({
      subject: folder,
      problem: 'holds no scans',
      fix: `put files in it that end in ${formats.flatMap((format) => format.extensions).join(', ')}`,
    });
  }
  return files.map(({ path, name }) => ({ path, name, patient: name, split: null, modality: null }));
}

/** Files at any depth; hidden ones and linked folders are left out. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return listFiles(path);
    const isFile =
      entry.isFile() || (entry.isSymbolicLink() && statSync(path, { throwIfNoEntry: false })?.isFile());
    return isFile === true ? [path] : [];
  });
}

/**
 * Scans by the names that a manifest gives them, for models of outcomes: each name has its volumes, one or several, and no side
 * of a split, which the rows of the manifest say.
 */
import { printable } from '../core/unseen.js';
import type { ScanFile } from './folder/scan-file.js';
import { openFound, readFolder, type LoadOptions, type ScanReport } from './load.js';
import type { ScanOptions } from './options.js';
import type { ScanSet } from './sampling/scan-set.js';

export interface NamedScans {
  readonly set: ScanSet;
  /** Volumes of each name, as indices into the set; none where its scan cannot be used. */
  readonly volumesOf: (name: string) => readonly number[];
  /** Files of each name. */
  readonly filesOf: (name: string) => readonly ScanFile[];
  readonly report: ScanReport;
}

/** Reads what `options.manifest` names, the test's scans as well. */
export async function loadNamedScans(
  folder: string,
  options: ScanOptions,
  load: Omit<LoadOptions, 'seed'>,
): Promise<NamedScans> {
  const found = await readFolder(folder, { ...options, withTest: true }, load);
  const patients = [...new Set(found.usable.map(({ file }) => file.patient))];
  const placed = found.usable.map((entry) => ({
    entry,
    split: 'train' as const,
    patient: patients.indexOf(entry.file.patient),
  }));
  const { set, report } = await openFound(found, options, placed, load.memory);
  let next = 0;
  const volumes = placed.map(({ entry: { file } }, scan) => ({
    file,
    indices: (report.used[scan]?.shapes ?? []).map(() => next++),
  }));
  // A row may name a folder, whose scans are then all its own.
  const ofName = (name: string) => {
    const own = printable(name).replace(/\/+$/, '');
    return volumes.filter(({ file }) => file.name === own || file.name.startsWith(`${own}/`));
  };
  return {
    set,
    report,
    volumesOf: (name) => ofName(name).flatMap(({ indices }) => indices),
    filesOf: (name) => ofName(name).map(({ file }) => file),
  };
}
